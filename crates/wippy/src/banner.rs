//! Name and version for people.

/// The number alone.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The day of the build, where whoever built it said so.
pub(crate) const DATE: Option<&str> = option_env!("WIPPY_BUILD_DATE");

/// What service runs and `wippy version` begin with.
pub(crate) fn banner() -> String {
    let date = DATE.map(|d| format!(" ({d})")).unwrap_or_default();
    format!(
        r"
 \ \      / (_)  _ __   _ __   _   _
  \ \ /\ / /| | | '_ \ | '_ \ | | | |   Wippy application server
   \ V  V / | | | |_) || |_) || |_| |   {VERSION}{date}
    \_/\_/  |_| | .__/ | .__/  \__, |
                |_|    |_|     |___/
"
    )
}
