//! The README's first program, as it stands there, against this machine.

use std::process::Command;

use crate::end_to_end::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_program_reads_a_page_and_leaves_no_session() {
    let source = include_str!("../../../../notte-ext/examples/quickstart.rs");
    let (_, program) = source.split_once("\n\n").unwrap();
    assert!(include_str!("../../../../README.md").contains(program), "README.md and examples/quickstart.rs differ");

    let stage = Stage::set().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command.arg(stage.site.url()).env("NOTTE_API_URL", stage.local.url()).env("NOTTE_API_KEY", stage.local.api_key());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("Tea house") && printed.contains("* Rooibos, 500 g"), "{printed}");
    assert_eq!(stage.live().await, 0);
}
