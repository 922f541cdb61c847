use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Model = BTreeMap<usize, BTreeSet<Slot>>;

#[derive(Clone, Debug)]
enum Step {
    Insert(usize, usize),
    InsertRun(usize, usize, usize),
    InsertAll(Vec<usize>, usize),
    Remove(usize, usize),
    RemoveMany(usize, Vec<usize>),
    Replace(usize, usize, usize),
    Clear(usize),
    ClearAll(Vec<usize>),
    Reclaim(usize),
    Fork,
}

fn step() -> impl Strategy<Value = Step> {
    let (parent, child) = (0..20usize, 0..300usize);
    prop_oneof![
        8 => (parent.clone(), child.clone()).prop_map(|(p, c)| Step::Insert(p, c)),
        1 => (parent.clone(), child.clone(), 0..6000usize).prop_map(|(p, c, n)| Step::InsertRun(p % 3, c, n)),
        2 => (vec(0..24usize, 0..60), child.clone()).prop_map(|(ps, c)| Step::InsertAll(ps, c)),
        6 => (parent.clone(), child.clone()).prop_map(|(p, c)| Step::Remove(p, c)),
        2 => (parent.clone(), vec(0..7000usize, 0..300)).prop_map(|(p, cs)| Step::RemoveMany(p % 4, cs)),
        4 => (parent.clone(), child.clone(), child).prop_map(|(p, a, b)| Step::Replace(p, a, b)),
        1 => parent.clone().prop_map(Step::Clear),
        1 => vec(parent, 0..8).prop_map(Step::ClearAll),
        2 => (0..30usize).prop_map(Step::Reclaim),
        1 => Just(Step::Fork),
    ]
}

fn check(lists: &Lists, model: &Model) {
    let view = lists.view();
    for parent in 0..25 {
        let expected = model.get(&parent).into_iter().flatten();
        assert!(view.of(Slot::new(parent)).iter().eq(expected.clone()), "parent {parent}");
        assert_eq!(view.count(Slot::new(parent)), expected.count());
    }
    assert!(view.of(Slot::NONE).is_empty());
}

/// Every slot given out of a chunk is dead or within the capacity of one list.
fn check_places(lists: &Lists) {
    let view = lists.view();
    let mut capacities = 0;
    let mut places = BTreeSet::new();
    for parent in 0..view.len() {
        let head = view.head(Slot::new(parent));
        if !head.is_long() {
            capacities += head.capacity();
            let taken = head.at()..head.at() + head.capacity();
            assert!(taken.into_iter().all(|place| places.insert((head.chunk(), place))));
        }
    }
    let all: usize = (0..).map_while(|at| lists.arena.chunks().get(at)).map(|chunk| chunk.len()).sum();
    assert!(capacities + lists.dead_slots() <= all);
    assert!(capacities + lists.dead_slots() + CHUNK >= all, "{capacities} {} {all}", lists.dead_slots());
}

fn apply(lists: &mut Lists, model: &mut Model, step: Step) {
    match step {
        Step::Insert(p, c) => {
            let added = model.entry(p).or_default().insert(Slot::new(c));
            assert_eq!(lists.insert(Slot::new(p), Slot::new(c)), added);
        }
        Step::InsertRun(p, c, n) => (c..c + n).for_each(|c| apply(lists, model, Step::Insert(p, c))),
        Step::Remove(p, c) => {
            let removed = model.entry(p).or_default().remove(&Slot::new(c));
            assert_eq!(lists.remove(Slot::new(p), Slot::new(c)), removed);
        }
        Step::RemoveMany(p, mut cs) => {
            cs.sort_unstable();
            let cs: Vec<Slot> = cs.into_iter().map(Slot::new).collect();
            // The same of a neighbour, in one go.
            for p in [p, p + 1] {
                let list = model.entry(p).or_default();
                cs.iter().for_each(|c| _ = list.remove(c));
            }
            lists.remove_all([p, p + 1].into_iter().map(|p| (Slot::new(p), &cs[..])));
        }
        Step::InsertAll(ps, c) => {
            for (p, c) in ps.iter().zip(c..).filter(|(p, _)| **p < 20) {
                model.entry(*p).or_default().insert(Slot::new(c));
            }
            let parents: Vec<Slot> =
                ps.into_iter().map(|p| if p < 20 { Slot::new(p) } else { Slot::NONE }).collect();
            lists.insert_all(&parents, c);
        }
        Step::Replace(p, a, b) => {
            let list = model.entry(p).or_default();
            let fits = list.contains(&Slot::new(a)) && !list.contains(&Slot::new(b));
            if fits {
                list.remove(&Slot::new(a));
                list.insert(Slot::new(b));
            }
            assert_eq!(lists.replace(Slot::new(p), Slot::new(a), Slot::new(b)), fits);
        }
        Step::Clear(p) => {
            model.remove(&p);
            lists.clear(Slot::new(p));
        }
        Step::ClearAll(ps) => {
            ps.iter().for_each(|p| _ = model.remove(p));
            lists.clear_all(&ps.into_iter().map(Slot::new).collect::<Vec<_>>());
        }
        Step::Reclaim(n) => {
            lists.reclaim(n);
        }
        Step::Fork => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn behaves_as_sorted_sets_in_every_fork(steps in vec(step(), 0..100)) {
        let (mut lists, mut model) = (Lists::new(), Model::new());
        let mut forks = Vec::new();
        for step in steps {
            if matches!(step, Step::Fork) {
                forks.push((lists.clone(), model.clone()));
            }
            apply(&mut lists, &mut model, step);
            check(&lists, &model);
            check_places(&lists);
        }
        forks.iter().for_each(|(lists, model)| check(lists, model));
    }

    #[test]
    fn building_equals_inserting(
        parents in vec(prop_oneof![3 => 0..30usize, 2 => Just(31), 1 => Just(usize::MAX)], 0..12_000),
    ) {
        let parents: Vec<Slot> = parents.into_iter().map(Slot::new).collect();
        let built = Lists::build(10, parents.iter().copied());
        let mut inserted = Lists::new();
        for (child, parent) in parents.iter().enumerate() {
            inserted.insert(*parent, Slot::new(child));
        }
        for parent in (0..40).map(Slot::new) {
            prop_assert_eq!(built.view().of(parent), inserted.view().of(parent));
        }
        check_places(&built);
    }
}

#[test]
fn memory_comes_down_after_mass_removal() {
    let children = 200_000;
    let mut lists = Lists::build(20_000, (0..children).map(|c| Slot::new(c % 20_000)));
    let full = lists.memory().all;
    for parent in (0..20_000).filter(|p| p % 10 != 0) {
        lists.clear(Slot::new(parent));
    }
    while lists.reclaim(100) {}
    // The heads stay; of the items a tenth does.
    assert!(lists.memory().all < 20_000 * 9 + full / 8, "{} of {full}", lists.memory().all);
    for parent in (0..20_000).step_by(10) {
        let expected = (parent..children).step_by(20_000).map(Slot::new);
        assert!(lists.view().of(Slot::new(parent)).iter().copied().eq(expected));
    }
}

#[test]
fn a_huge_list_is_emptied_quickly_in_any_order() {
    let (parent, n) = (Slot::new(0), 100_000);
    let full = Lists::build(1, (0..n).map(|_| parent));
    let orders: [fn(usize, usize) -> usize; 3] = [|i, _| i, |i, n| n - 1 - i, |i, n| i * 7919 % n];
    for order in orders {
        let mut lists = full.clone();
        for i in 0..n {
            assert!(lists.remove(parent, Slot::new(order(i, n))));
        }
        assert!(lists.view().of(parent).is_empty());
        assert!(lists.memory().all < 100_000, "{}", lists.memory().all);
    }
}

fn heads(lists: &Lists, parent: usize) -> Head {
    lists.view().head(Slot::new(parent))
}

/// Lists of so many children each, one parent after the other.
fn packed(lens: &[usize]) -> Lists {
    let parents = lens.iter().enumerate().flat_map(|(parent, len)| std::iter::repeat_n(parent, *len));
    Lists::build(lens.len(), parents.map(Slot::new).collect::<Vec<_>>().into_iter())
}

#[test]
fn lists_are_packed_to_the_last_place_of_a_chunk_and_longer_ones_lie_apart() {
    for lens in [
        vec![3, CHUNK + 1, 4, 5000, 0, 2],
        vec![CHUNK, 1, CHUNK - 1, 1, CHUNK + 1],
        vec![CHUNK / 2, CHUNK / 2, 1],
        vec![CHUNK + 1, CHUNK + 2],
    ] {
        let lists = packed(&lens);
        let mut first = 0;
        for (parent, len) in lens.iter().enumerate() {
            let expected = (first..first + len).map(Slot::new);
            assert!(lists.view().of(Slot::new(parent)).iter().copied().eq(expected), "{lens:?} {parent}");
            assert_eq!(heads(&lists, parent).is_long(), *len > CHUNK);
            first += len;
        }
        check_places(&lists);
    }
    let chunks = |lens: &[usize]| {
        let lists = packed(lens);
        (0..).map_while(|at| lists.arena.chunks().get(at)).map(|chunk| chunk.len()).collect::<Vec<_>>()
    };
    assert_eq!(chunks(&[CHUNK / 2, CHUNK / 2, 1]), [CHUNK, 1]);
    assert_eq!(chunks(&[CHUNK / 2, CHUNK / 2 + 1, 1]), [CHUNK / 2, CHUNK / 2 + 2]);
    assert_eq!(chunks(&[CHUNK + 1, CHUNK + 1]), [0; 0]);
    assert_eq!(chunks(&[0, 0]), [0; 0]);
}

#[test]
fn a_list_grows_in_its_room_and_gives_back_what_it_needs_no_more() {
    let mut lists = Lists::new();
    let mut before = Head::default();
    for len in 1..=100 {
        assert!(lists.insert(Slot::new(0), Slot::new(len)));
        let head = heads(&lists, 0);
        let capacity = match before.capacity() >= len {
            true => before.capacity(),
            false => (len + len / 4).next_power_of_two().max(4),
        };
        assert_eq!(head.capacity(), capacity, "{len}");
        assert!(capacity > before.capacity() || (head.chunk(), head.at()) == (before.chunk(), before.at()));
        before = head;
    }
    let dead = lists.dead_slots();
    for len in (0..100).rev() {
        assert!(lists.remove(Slot::new(0), Slot::new(len + 1)));
        let mut capacity = before.capacity();
        while capacity > 4 && len <= capacity / 4 {
            capacity /= 2;
        }
        let capacity = if len == 0 { 0 } else { capacity };
        assert_eq!(heads(&lists, 0).capacity(), capacity, "{len}");
        before = heads(&lists, 0);
    }
    assert!(lists.dead_slots() <= dead + 128);
}

#[test]
fn what_a_short_list_gives_back_is_counted_dead() {
    let mut lists = Lists::new();
    for child in 0..32 {
        [0, 1].into_iter().for_each(|parent| assert!(lists.insert(Slot::new(parent), Slot::new(child))));
    }
    let given = |lists: &Lists| {
        (0..2).map(|parent| heads(lists, parent).capacity()).sum::<usize>() + lists.dead_slots()
    };
    let all = given(&lists);
    for child in 1..32 {
        assert!(lists.remove(Slot::new(0), Slot::new(child)));
        assert_eq!(given(&lists), all, "{child}");
    }
}

#[test]
fn chunks_grow_fourfold_and_are_filled() {
    let mut lists = Lists::new();
    for parent in 0..(64 + 256 + 1024 + 4096 + 1) / 4 + 1 {
        (0..4).for_each(|child| assert!(lists.insert(Slot::new(parent), Slot::new(child))));
    }
    let sizes: Vec<usize> = (0..).map_while(|at| lists.arena.chunks().get(at)).map(|c| c.len()).collect();
    assert_eq!(sizes, [64, 256, 1024, 4096, 4096]);
    assert_eq!(lists.dead_slots(), 0);
}

#[test]
fn a_long_list_that_became_short_lies_in_a_chunk() {
    for many in [false, true] {
        let mut lists = packed(&[CHUNK + 1]);
        let mut gone = (CHUNK / 4 + 1..=CHUNK).rev().map(Slot::new).collect::<Vec<_>>();
        if many {
            gone.reverse();
            lists.remove_all([(Slot::new(0), &gone[..])].into_iter());
        } else {
            gone.iter().for_each(|child| assert!(lists.remove(Slot::new(0), *child)));
        }
        assert!(heads(&lists, 0).is_long() && lists.view().count(Slot::new(0)) == CHUNK / 4 + 1);
        assert!(lists.remove(Slot::new(0), Slot::new(0)));
        assert!(!heads(&lists, 0).is_long());
        assert!(lists.view().of(Slot::new(0)).iter().copied().eq((1..=CHUNK / 4).map(Slot::new)));
    }
}

#[test]
fn cleaning_up_begins_when_chunks_half_empty_have_a_place_for_every_four_parents() {
    for (full, empty, begins) in [(1000, 0, 501), (100, 0, 51), (100, 1000, 69), (10, 1000, usize::MAX)] {
        let mut lists = packed(&[vec![4; full], vec![0; empty]].concat());
        for parent in 0..full {
            assert_eq!(lists.wants_reclaim(), parent >= begins, "{parent} of {full}");
            lists.clear(Slot::new(parent));
        }
    }
}

#[test]
fn a_packed_list_that_grows_gets_a_quarter_more_and_up() {
    for (len, capacity) in [(3, 8), (6, 8), (7, 16), (11, 16), (12, 16), (13, 32)] {
        let mut lists = packed(&[len]);
        assert!(lists.insert(Slot::new(0), Slot::new(len)));
        assert_eq!(heads(&lists, 0).capacity(), capacity, "{len}");
    }
}
