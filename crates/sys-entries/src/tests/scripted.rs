//! A kind that does what a test tells it, and a world to put it in.

use crate::{BuildCx, Change, Entries, EntryKind, FieldDoc, Fields, Offers};
use core_dispatch::BoxFuture;
use core_events::{Bus, Delivery, Pattern, Subscription};
use core_registry::{ChangeSet, Entry, History, MemoryHistory, Origin, Stored};
use infra_app::Tasks;
use infra_base::{Data, EntryId, Error, Map, Result, SourceFile};
use infra_clock::{Clock, Moment, Rng};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use sys_services::{Service, Services};

/// Where a kind can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Decode,
    Check,
    Build,
    Offers,
    Change,
    History,
    Swap,
    Start,
    Stop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Error,
    Panic,
}

/// Shared by the kind, its services, its history and the test.
#[derive(Default)]
pub(crate) struct Script {
    /// Strikes at the step of the entry of that name (any, if empty).
    pub(crate) fault: Mutex<Option<(Step, Fault, &'static str)>>,
    pub(crate) change: Mutex<Option<Change>>,
    pub(crate) log: Mutex<Vec<String>>,
    /// Instances that are alive.
    pub(crate) alive: Mutex<BTreeMap<String, usize>>,
}

impl Script {
    pub(crate) fn strike(&self, step: Step, name: &str) -> Result<()> {
        match *self.fault.lock() {
            Some((at, fault, whom)) if at == step && (whom.is_empty() || whom == name) => match fault {
                Fault::Error => Err(Error::unavailable(format!("fault at {step:?}"))),
                Fault::Panic => panic!("fault at {step:?}"),
            },
            _ => Ok(()),
        }
    }

    pub(crate) fn note(&self, what: impl Into<String>) {
        self.log.lock().push(what.into());
    }

    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock())
    }

    pub(crate) fn alive(&self) -> Vec<String> {
        self.alive.lock().iter().filter(|(_, n)| **n > 0).map(|(label, n)| format!("{label}*{n}")).collect()
    }
}

/// What the scripted kind offers.
pub(crate) trait Labelled: Send + Sync {
    fn label(&self) -> String;
}

pub(crate) struct Config {
    label: String,
    service: bool,
}

pub(crate) struct Instance {
    script: Arc<Script>,
    name: String,
    built_as: String,
    label: Mutex<String>,
    service: bool,
}

impl Labelled for Instance {
    fn label(&self) -> String {
        self.label.lock().clone()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(n) = self.script.alive.lock().get_mut(&self.built_as) {
            *n -= 1;
        }
    }
}

impl Service for Instance {
    fn start(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.script.note(format!("start {}={}", self.name, self.label()));
            // Only what a test changed to goes wrong; what ran before can run again.
            if self.label() == "new" { self.script.strike(Step::Start, &self.name) } else { Ok(()) }
        })
    }

    fn stop(&self, _: Moment) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.script.note(format!("stop {}={}", self.name, self.label()));
            self.script.strike(Step::Stop, &self.name)
        })
    }
}

pub(crate) struct Scripted(pub(crate) Arc<Script>);

impl EntryKind for Scripted {
    const KIND: &'static str = "test.thing";
    const DOC: &'static str = "A thing for tests.";
    const FIELDS: &'static [FieldDoc] = &[
        FieldDoc { name: "label", ty: "text", default: "!", doc: "What it is called." },
        FieldDoc { name: "service", ty: "boolean", default: "false", doc: "Whether it runs." },
        FieldDoc { name: "pool.size", ty: "integer", default: "1", doc: "How many." },
        FieldDoc { name: "needs", ty: "entry ids of test.*", default: "", doc: "What it refers to." },
    ];
    type Config = Config;
    type Instance = Instance;

    fn decode(&self, fields: &mut Fields) -> Result<Config> {
        self.0.strike(Step::Decode, fields.entry().id.name())?;
        fields.references("needs", &["test.*"]);
        fields.within("pool.size", 1..=10u32, 1);
        Ok(Config { label: fields.required("label"), service: fields.or("service", false) })
    }

    fn check(&self, cx: &BuildCx<'_>, _: &Config) -> Result<()> {
        self.0.strike(Step::Check, cx.id.name())
    }

    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, config: Arc<Config>) -> BoxFuture<'a, Result<Instance>> {
        Box::pin(async move {
            self.0.note(format!("build {}", cx.id));
            self.0.strike(Step::Build, cx.id.name())?;
            let built_as = format!("{}={}", cx.id.name(), config.label);
            *self.0.alive.lock().entry(built_as.clone()).or_insert(0) += 1;
            Ok(Instance {
                script: self.0.clone(),
                name: cx.id.name().into(),
                built_as,
                label: Mutex::new(config.label.clone()),
                service: config.service,
            })
        })
    }

    fn offers(&self, id: &EntryId, instance: &Arc<Instance>, offers: &mut Offers) {
        // It has no result, so an error here can only be a panic.
        if self.0.strike(Step::Offers, id.name()).is_err() {
            panic!("fault at Offers");
        }
        offers.add::<dyn Labelled>(instance.clone());
        if instance.service {
            offers.service(instance.clone());
        }
    }

    fn change(&self, _: &Config, _: &Config) -> Change {
        if self.0.strike(Step::Change, "").is_err() {
            return Change::Refuse("label");
        }
        self.0.change.lock().unwrap_or(Change::Beside)
    }

    fn reconfigure(&self, instance: &Instance, config: Arc<Config>) {
        if self.0.strike(Step::Swap, &instance.name).is_err() {
            panic!("fault at Swap");
        }
        *instance.label.lock() = config.label.clone();
    }
}

/// A kind that holds what it refers to, as programs hold their imports.
pub(crate) struct Program(pub(crate) Arc<Script>);

impl EntryKind for Program {
    const KIND: &'static str = "test.program";
    const DOC: &'static str = "A program for tests.";
    const FIELDS: &'static [FieldDoc] =
        &[FieldDoc { name: "import", ty: "entry id", default: "", doc: "What it holds." }];
    const FOLLOWS_REFERENCES: bool = true;
    type Config = Option<EntryId>;
    type Instance = Text;

    fn decode(&self, fields: &mut Fields) -> Result<Self::Config> {
        Ok(fields.optional_reference("import", &["test.program", "test.thing"]))
    }

    fn build<'a>(&'a self, cx: &'a BuildCx<'a>, import: Arc<Self::Config>) -> BoxFuture<'a, Result<Text>> {
        Box::pin(async move {
            self.0.note(format!("build {}", cx.id));
            let inner = match &*import {
                None => "end".into(),
                Some(id) => cx.get::<dyn Labelled>(id)?.label(),
            };
            Ok(Text(format!("{}({inner})", cx.id.name())))
        })
    }

    fn offers(&self, _: &EntryId, instance: &Arc<Text>, offers: &mut Offers) {
        offers.add::<dyn Labelled>(instance.clone());
    }
}

pub(crate) struct Text(String);

impl Labelled for Text {
    fn label(&self) -> String {
        self.0.clone()
    }
}

struct ScriptedHistory(Arc<Script>, Arc<MemoryHistory>);

impl History for ScriptedHistory {
    fn append(&self, stored: Stored) -> Result<()> {
        self.0.strike(Step::History, "")?;
        self.1.append(stored)
    }

    fn load(&self) -> Result<Vec<Stored>> {
        self.1.load()
    }
}

/// Entries with the scripted kinds.
pub(crate) struct Case {
    pub(crate) script: Arc<Script>,
    pub(crate) history: Arc<MemoryHistory>,
    pub(crate) entries: Entries,
    pub(crate) services: Services,
    pub(crate) bus: Bus,
    pub(crate) tasks: Tasks,
}

impl Case {
    pub(crate) fn new() -> Case {
        Self::with_history(Arc::default())
    }

    pub(crate) fn with_history(history: Arc<MemoryHistory>) -> Case {
        let (script, bus, tasks) = (Arc::new(Script::default()), Bus::default(), Tasks::default());
        let clock = Clock::simulated().0;
        let services = Services::new(clock.clone(), Rng::seeded(1), bus.clone(), &tasks);
        let entries = Entries::new(services.clone(), bus.clone(), clock, tasks.clone());
        entries.kind("test", Scripted(script.clone())).unwrap();
        entries.kind("test", Program(script.clone())).unwrap();
        let scripted = ScriptedHistory(script.clone(), history.clone());
        entries.history("test", Arc::new(scripted)).unwrap();
        Case { script, history, entries, services, bus, tasks }
    }

    pub(crate) fn events(&self, system: &str) -> Subscription {
        self.bus.subscribe(Pattern::exact(system), Pattern::parse("*").unwrap())
    }

    pub(crate) fn label(&self, name: &str) -> Result<String> {
        self.entries.get::<dyn Labelled>(&id(name)).map(|l| l.label())
    }

    /// Changes the entry `name` to `data`.
    pub(crate) fn updated(&self, name: &str, data: &str) -> ChangeSet {
        let old = self.entries.snapshot().get(&id(name)).unwrap().clone();
        let mut changes = ChangeSet::new();
        changes.update(old.clone(), Entry { data: map(data), ..(*old).clone() });
        changes
    }
}

/// `kind path` of every event so far.
pub(crate) fn heard(events: &mut Subscription) -> Vec<String> {
    let text = |delivery| match delivery {
        Delivery::Event(event) => format!("{} {}", event.kind, event.path),
        Delivery::Lost(n) => format!("lost {n}"),
    };
    events.drain().into_iter().map(text).collect()
}

pub(crate) fn id(name: &str) -> EntryId {
    EntryId::new("app", name).unwrap()
}

/// `a=1 b.c=true n=[x,y] t=text` as a map; `~` is null.
pub(crate) fn map(text: &str) -> Data {
    let mut root = Map::default();
    for word in text.split_whitespace() {
        let (path, value) = word.split_once('=').unwrap();
        let mut at = &mut root;
        let mut keys = path.split('.').peekable();
        while let Some(key) = keys.next() {
            if keys.peek().is_none() {
                at.insert(key.into(), value_of(value));
                break;
            }
            let next = at.entry(key.into()).or_insert_with(|| Data::Map(Map::default()));
            let Data::Map(map) = next else { panic!("{path} is no map") };
            at = map;
        }
    }
    Data::Map(root)
}

fn value_of(text: &str) -> Data {
    if let Some(items) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        return Data::List(items.split(',').filter(|t| !t.is_empty()).map(value_of).collect());
    }
    match text {
        "~" => Data::Null,
        "true" => Data::Bool(true),
        "false" => Data::Bool(false),
        _ => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(n), _) => Data::Int(n),
            (_, Ok(n)) => Data::Float(n),
            _ => Data::text(text),
        },
    }
}

pub(crate) fn entry(name: &str, kind: &str, data: &str) -> Arc<Entry> {
    Arc::new(Entry { id: id(name), kind: kind.into(), meta: Map::default(), data: map(data), origin: None })
}

/// An entry in a file of its own: one line `path: value` for each value, so that places can be checked.
pub(crate) fn written(name: &str, kind: &str, lines: &[(&str, &str)]) -> Arc<Entry> {
    let mut text = format!("kind: {kind}\n");
    let mut places = vec![("kind".into(), place(6, 6 + kind.len(), 0, 4))];
    let mut data = String::new();
    for (path, value) in lines {
        let from = text.len();
        text.push_str(&format!("{path}: {value}\n"));
        let value_from = from + path.len() + 2;
        let place = place(value_from, value_from + value.len(), from, from + path.len());
        places.push((format!("data.{path}").into(), place));
        data.push_str(&format!("{path}={value} "));
    }
    let span = 0..text.len();
    let file = Arc::new(SourceFile { name: format!("{name}.yaml"), text });
    let origin = Some(Arc::new(Origin { file, span, places, source: None }));
    Arc::new(Entry { origin, ..(*entry(name, kind, &data)).clone() })
}

fn place(from: usize, to: usize, key_from: usize, key_to: usize) -> core_registry::Place {
    core_registry::Place { key: key_from..key_to, value: from..to }
}
