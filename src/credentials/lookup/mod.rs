//! What the environment does not say is looked up: in the shared files, at AWS's services, at the instance's metadata.
//!
//! Few running applications need any of it, and it is a tenth of what they would load. So it is a module of WebAssembly of
//! its own, which the core's host loads when the core has a question; with the feature `chain` it is here.

#[cfg(feature = "chain")]
pub mod answers;
#[cfg(any(test, not(feature = "chain")))]
mod by_host;
#[cfg(feature = "chain")]
mod here;

#[cfg(not(feature = "chain"))]
pub use by_host::{credentials, instance_region, profile_settings};
#[cfg(feature = "chain")]
pub use here::{credentials, instance_region, profile_settings};

/// What the module that has the chain is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Keys, by the default chain.
    Credentials,
    /// What the selected profile says about region and endpoints.
    ProfileSettings,
    /// The region of the instance, by its metadata.
    InstanceRegion,
}

impl Question {
    /// The binding that answers it.
    pub fn name(self) -> &'static str {
        match self {
            Question::Credentials => "credentials",
            Question::ProfileSettings => "profileSettings",
            Question::InstanceRegion => "instanceRegion",
        }
    }
}

#[cfg(test)]
mod tests;
