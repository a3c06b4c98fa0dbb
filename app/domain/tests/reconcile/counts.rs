//! What is counted, and where it is said to be.

use domain::reconcile::{BUCKETS, Column, ComparedField, Plan, Side, join, join_buckets};

use crate::{plan, read, reconciled};

const CLINICAL: &[u8] = b"patient_id,encounter_id,service_date,charge,dx\n\
    p1,e1,2026-01-01,10.00,E11.9\n\
    p1,e2,2026-01-02,20.00,I10\n\
    p2,e3,2026-01-03,30.00,J45.909\n\
    p3,e4,2026-01-04,,I10\n\
    p3,e4,2026-01-05,99.00,I10\n\
    p4,e9,2026-01-09,1.00,I10\n";

/// The columns in another order and with other names.
const CLAIMS: &[u8] = b"Encounter ID;Member;Paid;From Date;Diagnosis\n\
    e1;p1;10.04;2026-01-02;e119\n\
    e2;p1;20.06;2026-01-04;I10\n\
    e3;p2;thirty;01/03/2026;J45.901\n\
    e4;p3;40.00;20260104;I10\n\
    e5;p9;50.00;2026-01-05;I10\n";

fn both() -> Plan {
    let key = vec![Column::read("patient_id=member").unwrap(), Column::read("encounter_id").unwrap()];
    let fields = ["service_date=from_date:days=1", "charge=paid:cents=5", "dx=diagnosis:code=icd10"];
    let fields = fields.iter().map(|field| ComparedField::read(field).unwrap()).collect();
    Plan::new(key, Some(Column::read("patient_id=member").unwrap()), fields, 5).unwrap()
}

#[test]
fn two_files_come_down_to_counts_and_row_numbers() {
    let found = reconciled(&both(), CLINICAL, CLAIMS);
    assert_eq!(found.matched, 4);
    let (left, right) = (&found.left, &found.right);
    assert_eq!((left.rows, left.keys, left.only), (6, 5, 1));
    assert_eq!((left.duplicate_keys, left.duplicate_rows), (1, 1));
    assert_eq!((&left.samples.only, &left.samples.duplicates), (&vec![7], &vec![6]));
    assert_eq!((right.rows, right.keys, right.only), (5, 5, 1));
    assert_eq!(right.samples.only, [6]);

    let [dates, charges, codes] = &found.fields[..] else { panic!("{:?}", found.fields) };
    assert_eq!((dates.agreeing, dates.within_tolerance, dates.differing), (3, 1, 1));
    assert_eq!(dates.samples, [(3, 3)]);
    assert_eq!((charges.agreeing, charges.differing, charges.unreadable, charges.empty_left), (1, 1, 1, 1));
    assert_eq!(charges.samples, [(3, 3), (4, 4), (5, 5)]);
    assert_eq!(charges.largest_difference_pct, Some(0.3984), "0.04 of 10.04");
    assert_eq!((codes.agreeing, codes.differing), (3, 1));

    let member = found.member.as_ref().unwrap();
    assert_eq!((member.left_members, member.right_members), (4, 4));
    assert_eq!((member.left_rows_known, member.right_rows_known), (5, 4));
    let rates = found.rates();
    assert!(
        (rates.match_pct - 66.6667).abs() < 1e-9 && (rates.right_match_pct - 80.0).abs() < 1e-9,
        "{rates:?}"
    );
    assert!((rates.variance_pct["charge"] - 75.0).abs() < 1e-9, "{rates:?}");
}

#[test]
fn a_row_without_a_key_is_one_that_is_not_matched() {
    let plan = plan(&["id"], &["day:days=30"]);
    let (left, right) =
        (b"id,day\n1,2026-01-01\n,2026-01-02\n", b"id,day\n1,2026-01-03\n,2026-01-02\n,2026-01-05\n");
    let found = reconciled(&plan, left, right);
    assert_eq!((found.left.without_key, found.right.without_key), (1, 2));
    for (kind, name, expected) in [
        ("recon.referral_loop", "sent", "2"),
        ("recon.referral_loop", "closed_pct", "50"),
        ("recon.referral_loop", "closed_within_30d_pct", "50"),
        ("recon.claims_clinical", "encounter_match_pct", "33.3333"),
        ("identity.match", "match_pct", "33.3333"),
    ] {
        let seen = found.observed(&kind.into());
        assert_eq!(seen.get(name).map(ToString::to_string).as_deref(), Some(expected), "{kind} {name}");
    }
}

#[test]
fn no_value_of_a_file_stands_in_what_comes_out() {
    let json = serde_json::to_string(&reconciled(&both(), CLINICAL, CLAIMS)).unwrap();
    for value in ["p1", "e4", "2026", "J45", "thirty", "40.00", "99"] {
        assert!(!json.contains(value), "{value} in {json}");
    }
}

#[test]
fn joining_in_parts_finds_the_same() {
    let plan = both();
    let left = read(&plan, Side::Left, CLINICAL, 10).unwrap();
    let right = read(&plan, Side::Right, CLAIMS, 10).unwrap();
    let parts = [0..1, 1..100, 100..BUCKETS].map(|range| join_buckets(&plan, &left, &right, range));
    let merged = parts.into_iter().reduce(domain::reconcile::Joined::merge).unwrap();
    assert_eq!(merged.finish(&plan, &left, &right), join(&plan, &left, &right));
}

#[test]
fn an_outcome_reads_back_and_one_that_does_not_add_up_is_refused() {
    let found = reconciled(&both(), CLINICAL, CLAIMS);
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<domain::reconcile::Aggregate>(&json).unwrap(), found);
    let mut wrong = found.clone();
    wrong.matched += 1;
    assert!(wrong.check().unwrap_err().contains("left.keys"));
    let mut wrong = found.clone();
    wrong.fields[1].agreeing += 1;
    assert!(wrong.check().unwrap_err().contains("charge"));
    let mut wrong = found;
    wrong.left.keys = u64::MAX;
    assert!(wrong.check().is_err());
}

#[test]
fn parts_of_a_key_do_not_run_together_and_space_around_them_does_not_count() {
    let plan = plan(&["a", "b"], &[]);
    let found = reconciled(&plan, b"a,b\nxy,z\n q ,w\n", b"a,b\nx,yz\nq,w\n");
    assert_eq!((found.matched, found.left.only, found.right.only), (1, 1, 1));
}
