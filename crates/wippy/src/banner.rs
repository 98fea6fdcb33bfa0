//! Name and version for people.

/// The number alone.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What service runs and `wippy version` begin with.
pub(crate) fn banner() -> String {
    let date = option_env!("WIPPY_BUILD_DATE").map(|d| format!(" ({d})")).unwrap_or_default();
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
