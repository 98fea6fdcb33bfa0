//! Recordings of scripted work: sums, places, one at a time, ends; and what readers get.

use super::*;
use flate2::read::GzDecoder;
use prost::Message;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

const MAIN: Site<'static> = Site { file: "app:main", function: "main", begins: 1, line: 9 };
const HOT: Site<'static> = Site { file: "app:lib", function: "hot", begins: 2, line: 3 };
const COLD: Site<'static> = Site { file: "app:lib", function: "cold", begins: 7, line: 8 };

/// Works in rounds of so much fuel in each place, stopping when it should.
fn work(profiler: &Profiler, rounds: u64, parts: &[(Site<'static>, u64, u64)]) {
    for _ in 0..rounds {
        for (site, fuel, bytes) in parts {
            let (mut fuel, mut bytes) = (*fuel, *bytes);
            while fuel > 0 {
                let budget = profiler.budget();
                // Bytes come with the fuel, one for one, as long as there are any.
                let step = if bytes > 0 { fuel.min(budget.0).min(budget.1) } else { fuel.min(budget.0) };
                let grown = step.min(bytes);
                (fuel, bytes) = (fuel - step, bytes - grown);
                let done = Work { fuel: step, nanos: step, bytes: grown, objects: grown / 10 };
                profiler.worked(done, true, |visit| {
                    visit(*site);
                    visit(MAIN);
                });
            }
        }
    }
}

fn recorded(rounds: u64, parts: &[(Site<'static>, u64, u64)]) -> Profile {
    let profiler = Arc::new(Profiler::default());
    let recording = profiler.record(u64::MAX).unwrap();
    work(&profiler, rounds, parts);
    recording.finish().unwrap()
}

#[test]
fn short_stretches_are_sampled_in_proportion_and_sums_are_exact() {
    // Stretches far below the distance of samples, whose sum divides it.
    let profile = recorded(5_000, &[(HOT, 900, 0), (COLD, 100, 100)]);
    let total = profile.total();
    assert!(total.fuel <= 5_000_000 && total.fuel > 5_000_000 - 30_000, "{total:?}");
    assert!(total.bytes <= 500_000 && total.bytes > 500_000 - 100_000, "{total:?}");
    let of = |site: Site<'_>| {
        let sum = |(fuel, bytes): (u64, u64), v: &Values| (fuel + v.fuel, bytes + v.bytes);
        let inner = |place: u32| &*profile.functions[profile.places[place as usize].function as usize].name;
        let own = profile.stacks.iter().filter(|(stack, _)| inner(stack[0]) == site.function);
        own.map(|(_, v)| v).fold((0, 0), sum)
    };
    let (hot, cold) = (of(HOT), of(COLD));
    assert!(hot.0 > 4_200_000 && cold.0 > 200_000 && cold.0 < 800_000, "{hot:?} {cold:?}");
    assert_eq!((hot.1, cold.1), (0, total.bytes), "whoever allocates nothing gets no bytes");
}

#[test]
fn equal_work_gives_equal_profiles() {
    let parts = [(HOT, 777, 50), (COLD, 333, 20)];
    let one = recorded(500, &parts).pprof(Main::Fuel, 0, Duration::ZERO).unwrap();
    assert_eq!(one, recorded(500, &parts).pprof(Main::Fuel, 0, Duration::ZERO).unwrap());
}

#[test]
fn readers_find_functions_files_and_lines() {
    let bytes = recorded(100, &[(HOT, 10_000, 0)]).pprof(Main::Bytes, 5, Duration::from_nanos(7)).unwrap();
    let mut plain = Vec::new();
    GzDecoder::new(&*bytes).read_to_end(&mut plain).unwrap();
    let proto = pprof::Proto::decode(&*plain).unwrap();
    let text = |n: i64| &*proto.string_table[usize::try_from(n).unwrap()];
    assert_eq!((text(0), text(proto.default_sample_type)), ("", "alloc_space"));
    assert_eq!((proto.time_nanos, proto.duration_nanos), (5, 7));
    let types: Vec<_> = proto.sample_type.iter().map(|t| (text(t.r#type), text(t.unit))).collect();
    assert_eq!(types[4], ("fuel", "fuel"));
    let [sample] = &proto.sample[..] else { panic!("{:?}", proto.sample) };
    assert!(sample.value.len() == types.len() && sample.value[4] > 900_000, "{sample:?}");
    let place = |id: u64| {
        let location = proto.location.iter().find(|l| l.id == id).unwrap();
        let function = proto.function.iter().find(|f| f.id == location.line[0].function_id).unwrap();
        (text(function.name), text(function.filename), function.start_line, location.line[0].line)
    };
    let stack: Vec<_> = sample.location_id.iter().map(|id| place(*id)).collect();
    assert_eq!(stack, [("hot", "app:lib", 2, 3), ("main", "app:main", 1, 9)]);
    assert!(proto.location.iter().all(|l| l.mapping_id == proto.mapping[0].id));
}

#[test]
fn the_table_names_the_busiest_first() {
    let table =
        recorded(100, &[(COLD, 1_000, 1_000), (HOT, 99_000, 0)]).table(Main::Fuel, Duration::from_secs(2));
    let rows: Vec<&str> = table.lines().skip(3).collect();
    assert!(table.contains("samples in 2.00 s: "), "{table}");
    assert!(rows[0].ends_with("  hot app:lib:3") && rows[0].contains("99."), "{table}");
    let main = rows.iter().find(|row| row.ends_with("  main app:main:9")).unwrap();
    assert!(main.contains(" 0.0% ") && main.contains("100.0%"), "{table}");
}

#[test]
fn one_recording_at_a_time_and_none_after_its_end() {
    let profiler = Arc::new(Profiler::default());
    assert!(!profiler.is_on());
    let first = profiler.record(10).unwrap();
    assert!(profiler.is_on());
    assert_eq!(profiler.record(10).err().unwrap().kind(), infra_base::Kind::AlreadyExists);
    drop(first);
    assert!(!profiler.is_on());
    // Work of a process that was under way then goes nowhere.
    profiler.worked(Work { fuel: 100_000, ..Work::default() }, true, |_| panic!("nobody asks"));
    assert_eq!(profiler.record(10).unwrap().finish().unwrap().total(), Values::default());
}

#[tokio::test]
async fn it_ends_with_its_fuel_or_when_the_node_stops() {
    let profiler = Arc::new(Profiler::default());
    let recording = profiler.record(50_000).unwrap();
    work(&profiler, 1, &[(HOT, 100_000, 0)]);
    recording.full().await;
    assert!(!profiler.is_on());
    let total = recording.finish().unwrap().total();
    assert!(total.fuel >= 50_000 && total.fuel < 80_000, "{total:?}");

    let recording = profiler.record(u64::MAX).unwrap();
    profiler.stop();
    recording.full().await;
    assert_eq!(recording.finish().err().unwrap().kind(), infra_base::Kind::Canceled);
}
