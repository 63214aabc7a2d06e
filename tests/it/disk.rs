//! A disk that is really full: the campaign lies on a small file system of its own, mounted where
//! nobody else sees it. Where that is not permitted the test says that it skipped.

use std::path::Path;
use std::process::Command;

use crate::program;

/// A full disk, then half a megabyte more room a run, until a run goes through.
const SCRIPT: &str = r#"
disk=$1; hagaki=$2; scans=$3; out=$4
mount -t tmpfs -o size=12m none "$disk" || exit 77
"$hagaki" init "$disk/c" --form resident-survey 2>/dev/null || exit 78
dd if=/dev/zero of="$disk/filler" bs=4096 2>/dev/null
n=0
while [ $n -lt 30 ]; do
    "$hagaki" --campaign "$disk/c" run --jobs 1 "$scans" >/dev/null 2>"$out/err.$n"
    code=$?
    echo "$code" >>"$out/codes"
    [ $code -eq 4 ] || break
    n=$((n + 1))
    size=$(stat -c %s "$disk/filler")
    truncate -s $((size - 524288)) "$disk/filler"
done
"$hagaki" --campaign "$disk/c" status --json >"$out/status" 2>/dev/null
echo $? >>"$out/codes"
cp "$disk"/c/hagaki.db* "$out/"
"#;

fn may_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["-m", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"])
        .output();
    tried.is_ok_and(|o| o.status.success())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_full_disk_ends_with_4_and_the_run_goes_on_when_there_is_room() {
    if !may_mount() {
        eprintln!("skipped: a file system cannot be mounted here");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (disk, out) = (dir.path().join("disk"), dir.path().join("out"));
    std::fs::create_dir_all(&disk).unwrap();
    std::fs::create_dir_all(&out).unwrap();
    let scans = program::samples().join("resident-survey");
    let ran = Command::new("unshare")
        .args(["-m", "sh", "-c", SCRIPT, "sh"])
        .args([&disk, Path::new(env!("CARGO_BIN_EXE_hagaki")), &scans, &out])
        .env("LC_ALL", "C.UTF-8")
        .env_remove("HAGAKI_DATA")
        .env_remove("HAGAKI_CAMPAIGN")
        .env("XDG_DATA_HOME", "/nonexistent")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{} {said}", ran.status);
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let codes: Vec<String> = read("codes").lines().map(str::to_owned).collect();
    let (last, full) = codes.split_at(codes.len() - 2);
    assert_eq!(full, ["0", "0"], "{codes:?}");
    assert!(
        last.len() >= 3 && last.iter().all(|c| c == "4"),
        "{codes:?}"
    );
    for n in 0..last.len() {
        let err = read(&format!("err.{n}"));
        assert!(err.contains("no room left"), "{n}: {err}");
        assert!(err.contains("free some space and run again"), "{n}: {err}");
    }
    let whole = program::Campaign::new(&["resident-survey"]);
    assert_eq!(whole.hagaki(&["run", &scans.to_string_lossy()]).code, 0);
    let straight = whole.hagaki(&["status", "--json"]);
    assert_eq!(read("status"), straight.out);
    let of =
        |database: &Path| crate::journey::rows_of(database, &["pages", "readings", "questions"]);
    assert_eq!(
        of(&out.join("hagaki.db")),
        of(&whole.root().join("hagaki.db"))
    );
}
