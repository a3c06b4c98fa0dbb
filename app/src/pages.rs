//! The pages, one module each: components that take plain data and draw it. Nothing here reads data.

pub(crate) mod admin;
pub(crate) mod alerts;
pub(crate) mod assessment;
pub(crate) mod assessment_new;
pub(crate) mod check;
pub(crate) mod check_form;
pub(crate) mod error;
pub(crate) mod evidence;
pub(crate) mod findings;
pub(crate) mod framework;
pub(crate) mod frameworks;
pub(crate) mod home;
pub(crate) mod incidents;
pub(crate) mod integration;
pub(crate) mod integrations;
pub(crate) mod members;
pub(crate) mod methods;
pub(crate) mod organization_new;
pub(crate) mod overview;
pub(crate) mod portfolio;
pub(crate) mod questionnaire;
pub(crate) mod reconcile;
pub(crate) mod registers;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod roadmap;
pub(crate) mod sandbox;
pub(crate) mod settings;
pub(crate) mod shares;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod timeline;
pub(crate) mod together;

mod days;
mod parts;
