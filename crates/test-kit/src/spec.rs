//! Reads `spec.yaml`.

use infra_base::SourceFile;
use infra_codec::yaml::{self, Node, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One run of the binary.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) args: Vec<String>,
    pub(crate) exit: i32,
    pub(crate) stdout: Option<String>,
    pub(crate) stderr: Option<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) stdin: String,
    pub(crate) wait: Option<String>,
    pub(crate) requests: Vec<Request>,
    pub(crate) signals: Vec<String>,
}

/// One HTTP request to `{port}`.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) send: String,
    pub(crate) status: u16,
    pub(crate) body: Option<String>,
}

/// A whole `spec.yaml`.
#[derive(Debug)]
pub(crate) struct Spec {
    /// Directory of the application, if it is not the folder itself.
    pub(crate) app: Option<PathBuf>,
    pub(crate) steps: Vec<Step>,
}

/// The spec of a folder, or why its `spec.yaml` is none.
pub(crate) fn read(folder: &Path) -> Result<Spec, String> {
    let path = folder.join("spec.yaml");
    let source = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let file = Arc::new(SourceFile { name: path.display().to_string(), text: source });
    let root = yaml::parse(&file)
        .map_err(|told| told.iter().map(|d| d.one_line()).collect::<Vec<_>>().join("\n"))?;
    let app = root.get("app").map(text).transpose()?.map(|app| folder.join(app));
    let steps = match root.get("steps") {
        Some(steps) => {
            steps.as_list().ok_or("steps must be a list")?.iter().map(step).collect::<Result<_, _>>()?
        }
        None => vec![step(&root)?],
    };
    Ok(Spec { app, steps })
}

fn step(node: &Node) -> Result<Step, String> {
    let mut step = Step::default();
    for (key, value) in node.as_map().ok_or("a step must be a map")? {
        match &*key.text {
            "args" => step.args = list(value)?,
            "exit" => step.exit = number(value)?,
            "stdout" => step.stdout = Some(text(value)?),
            "stderr" => step.stderr = Some(text(value)?),
            "env" => step.env = pairs(value)?,
            "stdin" => step.stdin = text(value)?,
            "wait" => step.wait = Some(text(value)?),
            "requests" => {
                let items = value.as_list().ok_or("requests must be a list")?;
                step.requests = items.iter().map(request).collect::<Result<_, _>>()?;
            }
            "signal" => step.signals = list(value)?,
            "app" => {}
            other => return Err(format!("unknown key {other} in a step")),
        }
    }
    if step.wait.is_none() && !(step.requests.is_empty() && step.signals.is_empty()) {
        return Err("requests and signal need `wait`: what standard error says first".into());
    }
    Ok(step)
}

fn request(node: &Node) -> Result<Request, String> {
    let mut request = Request { method: "GET".into(), status: 200, ..Request::default() };
    for (key, value) in node.as_map().ok_or("a request must be a map")? {
        match &*key.text {
            "method" => request.method = text(value)?,
            "path" => request.path = text(value)?,
            "headers" => request.headers = pairs(value)?,
            "send" => request.send = text(value)?,
            "status" => request.status = u16::try_from(number(value)?).map_err(|e| e.to_string())?,
            "body" => request.body = Some(text(value)?),
            other => return Err(format!("unknown key {other} in a request")),
        }
    }
    Ok(request)
}

fn pairs(node: &Node) -> Result<Vec<(String, String)>, String> {
    let pairs = node.as_map().ok_or("a map expected")?;
    pairs.iter().map(|(k, v)| Ok((k.text.to_string(), text(v)?))).collect()
}

fn list(node: &Node) -> Result<Vec<String>, String> {
    match &node.value {
        Value::List(items) => items.iter().map(text).collect(),
        _ => Ok(vec![text(node)?]),
    }
}

fn text(node: &Node) -> Result<String, String> {
    match &node.value {
        Value::Text(text) => Ok(text.to_string()),
        Value::Int(v) => Ok(v.to_string()),
        Value::Bool(v) => Ok(v.to_string()),
        _ => Err(format!("a text expected, this is {}", node.described())),
    }
}

fn number(node: &Node) -> Result<i32, String> {
    match node.value {
        Value::Int(v) => i32::try_from(v).map_err(|e| e.to_string()),
        _ => Err(format!("a number expected, this is {}", node.described())),
    }
}
