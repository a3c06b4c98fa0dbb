//! How values look in a column, the same in both databases: text, JSON as text, and integers within a range.

use std::str::FromStr;

use serde::de::value::{Error as DeError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::ids::{
    ActionId, AlertRuleId, AssessmentId, AuditId, CampaignId, ChannelId, CheckId, CommentId, DraftId,
    EditionId, EvidenceId, FindingId, FrameworkId, IncidentId, IntegrationId, InvitationId, LiveChangeId,
    MaintenanceId, MessageId, OnceId, OrgId, OverrideId, RegisterEntryId, RunId, ShareId, SnapshotId, StepId,
    TokenId, UnixMillis, UserId, ViewId,
};

/// A code, a date or an enum: whatever serde writes as a string, as that string.
pub(crate) struct Text<T>(pub(crate) T);

/// Anything as JSON in a TEXT column.
pub(crate) struct Json<T>(pub(crate) T);

/// A small integer of the domain in a BIGINT column.
pub(crate) struct Int<T>(pub(crate) T);

/// Declares that a wrapper is kept as `$kept`.
macro_rules! kept_as {
    ($kept:ty: $name:ident$(<$param:ident>)?) => {
        impl<DB: Database, $($param)?> Type<DB> for $name$(<$param>)?
        where
            $kept: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$kept as Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <$kept as Type<DB>>::compatible(ty)
            }
        }
    };
}

kept_as!(String: Text<T>);
kept_as!(String: Json<T>);
kept_as!(i64: Int<T>);

impl<'q, DB: Database, T: Serialize> Encode<'q, DB> for Text<T>
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match serde_json::to_value(&self.0)? {
            serde_json::Value::String(text) => text.encode(buf),
            other => Err(format!("{other} is not text").into()),
        }
    }
}

impl<'r, DB: Database, T: Deserialize<'r>> Decode<'r, DB> for Text<T>
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<DB>>::decode(value)?;
        let deserializer: StrDeserializer<'_, DeError> = text.into_deserializer();
        Ok(Self(T::deserialize(deserializer)?))
    }
}

impl<'q, DB: Database, T: Serialize> Encode<'q, DB> for Json<T>
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        serde_json::to_string(&self.0)?.encode(buf)
    }
}

impl<'r, DB: Database, T: DeserializeOwned> Decode<'r, DB> for Json<T>
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(serde_json::from_str(<&str as Decode<DB>>::decode(value)?)?))
    }
}

impl<'q, DB: Database, T: Copy + Into<i64>> Encode<'q, DB> for Int<T>
where
    i64: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<DB>>::encode(self.0.into(), buf)
    }
}

impl<'r, DB: Database, T> Decode<'r, DB> for Int<T>
where
    i64: Decode<'r, DB>,
    T: TryFrom<i64>,
    T::Error: std::error::Error + Send + Sync + 'static,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(T::try_from(<i64 as Decode<DB>>::decode(value)?)?))
    }
}

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        kept_as!(String: $name);

        impl<'q, DB: Database> Encode<'q, DB> for $name
        where
            String: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                self.to_string().encode(buf)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $name
        where
            &'r str: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self::from_str(<&str as Decode<DB>>::decode(value)?)?)
            }
        }
    )+};
}

ids! {
    UserId, TokenId, OrgId, FrameworkId, AssessmentId, EvidenceId, IntegrationId, CheckId, RunId, FindingId, AuditId,
    IncidentId, ChannelId, AlertRuleId, MaintenanceId, MessageId, OverrideId, LiveChangeId,
    RegisterEntryId, ShareId, SnapshotId, StepId, CommentId, InvitationId, CampaignId, ViewId, DraftId, ActionId, EditionId, OnceId,
}

kept_as!(i64: UnixMillis);

impl<'q, DB: Database> Encode<'q, DB> for UnixMillis
where
    i64: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buf: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<DB>>::encode_by_ref(&self.0, buf)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for UnixMillis
where
    i64: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<i64 as Decode<DB>>::decode(value)?))
    }
}

/// Reads records from the rows of both databases: `field`, or `field = "column"`, or with how it is kept:
/// `field: text`. `lines` is a list with one code a line, `flat` reads a record from the same row, `joined` one that is there when its column is not NULL.
macro_rules! from_row {
    ($($record:ident { $($field:ident $(: $how:ident)? $(= $column:literal)?),+ $(,)? })+) => {$(
        $crate::column::from_row!(@impl sqlx::sqlite::SqliteRow, $record { $($field [$($how)?] [$($column)?])+ });
        $crate::column::from_row!(@impl sqlx::postgres::PgRow, $record { $($field [$($how)?] [$($column)?])+ });
    )+};
    (@impl $row:ty, $record:ident { $($field:ident $how:tt $column:tt)+ }) => {
        impl<'r> sqlx::FromRow<'r, $row> for $record {
            fn from_row(row: &'r $row) -> Result<Self, sqlx::Error> {
                #[allow(unused_imports)]
                use sqlx::Row as _;
                Ok(Self {
                    $($field: $crate::column::from_row!(
                        @get row, $how, $crate::column::from_row!(@column $field $column)
                    ),)+
                })
            }
        }
    };
    (@column $field:ident []) => { stringify!($field) };
    (@column $field:ident [$column:literal]) => { $column };
    (@get $row:ident, [], $column:expr) => { $row.try_get($column)? };
    (@get $row:ident, [text], $column:expr) => { $row.try_get::<$crate::column::Text<_>, _>($column)?.0 };
    (@get $row:ident, [maybe_text], $column:expr) => {
        $row.try_get::<Option<$crate::column::Text<_>>, _>($column)?.map(|kept| kept.0)
    };
    (@get $row:ident, [json], $column:expr) => { $row.try_get::<$crate::column::Json<_>, _>($column)?.0 };
    (@get $row:ident, [int], $column:expr) => { $row.try_get::<$crate::column::Int<_>, _>($column)?.0 };
    (@get $row:ident, [maybe_int], $column:expr) => {
        $row.try_get::<Option<$crate::column::Int<_>>, _>($column)?.map(|kept| kept.0)
    };
    (@get $row:ident, [sketch], $column:expr) => {
        $row.try_get::<&str, _>($column)?.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?
    };
    (@get $row:ident, [flat], $column:expr) => { sqlx::FromRow::from_row($row)? };
    (@get $row:ident, [joined], $column:expr) => {
        match $row.try_get::<Option<String>, _>($column)? {
            Some(_) => Some(sqlx::FromRow::from_row($row)?),
            None => None,
        }
    };
    (@get $row:ident, [lines], $column:expr) => {
        $row.try_get::<Option<&str>, _>($column)?.into_iter().flat_map(str::lines).map(Into::into).collect()
    };
    (@get $row:ident, [maybe_claim], $column:expr) => {
        match $row.try_get::<Option<String>, _>("not_applicable_reason")? {
            Some(reason) => Some($crate::record::Claim::NotApplicable { reason }),
            None => $row
                .try_get::<Option<$crate::column::Int<_>>, _>("level")?
                .map(|level| $crate::record::Claim::Level(level.0)),
        }
    };
    (@get $row:ident, [claim], $column:expr) => {
        match $row.try_get::<Option<String>, _>("not_applicable_reason")? {
            Some(reason) => $crate::record::Claim::NotApplicable { reason },
            None => $crate::record::Claim::Level($row.try_get::<$crate::column::Int<_>, _>("level")?.0),
        }
    };
}

pub(crate) use from_row;
