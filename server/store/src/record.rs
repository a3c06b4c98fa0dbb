//! The records, one struct for each thing that is kept.

mod account;
mod action;
mod alert;
mod assessment;
mod assignment;
mod audit;
mod benchmark;
mod campaign;
mod check;
mod comment;
mod draft;
mod feed;
mod finding;
mod incident;
mod invitation;
mod live;
mod organization;
mod portfolio;
mod register;
mod review;
mod roadmap;
mod schedule;
mod share;
mod trend;

pub use account::{ApiToken, Proof, SecondFactor, Session, ShownOnce, User};
pub use action::{
    Action, ActionChange, ActionContent, ActionSource, ActionState, Cost, FindingNow, ListedAction, Money,
};
pub use alert::{
    AlertEvent, AlertRule, Channel, ClaimedMessage, MaintenanceWindow, Message, MessageState, Portion,
    Recipient, Target, Telling, Tried, Unannounced,
};
pub use assessment::{
    Answer, AnswerRevision, Assessment, AssessmentBundle, AssessmentState, Claim, Evidence, EvidenceBody,
    EvidenceFile, EvidenceReview, EvidenceReviewed, FrameworkEntry, Import, Pulse, Rater, SaveAnswer, Saved,
    SeenEvidence, Successor, UnnamedEvidence, WithdrawAnswer,
};
pub use assignment::{Assignment, Part, Person};
pub use audit::{Audit, AuditEntry};
pub use benchmark::{BenchmarkMember, Contribution, PeerEdition, PeerGroup, PeerState};
pub use campaign::{Campaign, CampaignFigures, CampaignPlace, SavedView};
pub use check::{
    Aimed, Check, CheckPage, Claimed, Completion, DaySummary, Declaration, Ended, FinalizedItem, GivenBack,
    Glance, Integration, IntegrationDetails, IntegrationRemoval, Judged, MadeUpPast, ManualTie, Origin,
    Outage, Recorded, ReportedFigures, Retention, Run, Sighting, Standing, Stretch, Tally, Wanted,
};
pub use comment::{Comment, CommentCount, CommentRevision};
pub use draft::{FrameworkDraft, Publication, Publishing};
pub use feed::{Feed, FeedReport, FeedTiming, Heard, Keeping, KeptReport, Reporter, TokenMade};
pub use finding::{Finding, FindingChange, FindingChanges, FindingEvent};
pub use incident::{CheckAlerting, Closing, FirstIncident, Incident, IncidentStep, Snooze, Touched, Watched};
pub use invitation::{ClaimedInvitation, Invitation, InvitationMail, InvitationState, Invited, Joined};
pub use live::{LiveChangeRecord, LiveRecord, Override};
pub use organization::{
    Logo, Made, Member, MemberChange, Organization, OrganizationChange, OrganizationChanged, Role, SizeBand,
};
pub use portfolio::{Holding, HoldingAssessment};
pub use register::{
    ChangeSource, ConsentTest, ContractFeeds, Credential, CredentialKind, Criticality, IncidentCause,
    LogicChange, MeasureValidation, ProvidedFeed, Register, RegisterContent, RegisterEntry, ReportedIncident,
};
pub use review::{Adjudication, Before, Sealed, Signed, Signing, Snapshot, SnapshotKind, Step};
pub use roadmap::{RoadmapStep, StepChoice};
pub use schedule::{ScheduleFigures, WorkerState};
pub use share::{Share, ShareVisit};
pub use trend::{AnswerStep, Choosable, HandedIn, SnapshotResult};
