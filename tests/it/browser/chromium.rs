//! A headless Chromium, spoken to over two named pipes in its `DevTools` protocol: JSON messages that
//! end with a zero byte. No driver program and no socket are needed.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The control key, as the protocol counts modifiers.
pub(super) const CONTROL: u32 = 2;
/// The same of the shift key.
pub(super) const SHIFT: u32 = 8;

/// Long enough for a slow machine under load; a page that works needs a fraction of it.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Chromium {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: String,
    last: u64,
    _profile: TempDir,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn installed() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let all = names
        .iter()
        .flat_map(|n| folders.iter().map(move |f| f.join(n)));
    all.into_iter().find(|path| path.is_file())
}

impl Chromium {
    /// `None` where there is none to start.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub(super) fn start() -> Option<Self> {
        let Some(program) = installed() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "no Chromium: run scripts/setup.sh"
            );
            eprintln!("skipped: no Chromium is installed (scripts/setup.sh installs one)");
            return None;
        };
        let profile = TempDir::new().unwrap();
        let pipe = |name: &str| profile.path().join(name);
        let made = Command::new("mkfifo")
            .args([pipe("to"), pipe("from")])
            .status()
            .unwrap();
        assert!(made.success());
        // Chromium reads its file 3 and writes its file 4; the shell puts the pipes there.
        let child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<\"$TO\" 4>\"$FROM\""])
            .arg(program)
            .args(FLAGS)
            .arg(format!(
                "--user-data-dir={}",
                profile.path().join("profile").display()
            ))
            .env("TO", pipe("to"))
            .env("FROM", pipe("from"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = OpenOptions::new().write(true).open(pipe("to")).unwrap();
        let from = BufReader::new(File::open(pipe("from")).unwrap());
        let mut browser = Self {
            child,
            to,
            from,
            session: String::new(),
            last: 0,
            _profile: profile,
        };
        browser.attach();
        browser.resize((1280, 720), 1);
        Some(browser)
    }

    fn attach(&mut self) {
        let targets = self.call("Target.getTargets", &json!({}));
        let all = targets["targetInfos"].as_array().unwrap();
        let page = all.iter().find(|t| t["type"] == "page").unwrap();
        let asked = json!({"targetId": page["targetId"], "flatten": true});
        let attached = self.call("Target.attachToTarget", &asked);
        attached["sessionId"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.session);
        self.call("Page.enable", &json!({}));
        self.call(
            "Emulation.setFocusEmulationEnabled",
            &json!({"enabled": true}),
        );
        self.call("Network.enable", &json!({}));
        let japanese = json!({"headers": {"Accept-Language": "ja,en;q=0.5"}});
        self.call("Network.setExtraHTTPHeaders", &japanese);
    }

    /// Sends a command and waits for its answer.
    fn call(&mut self, method: &str, params: &Value) -> Value {
        let answered = self.ask(method, params);
        answered.unwrap_or_else(|why| panic!("{method}: {why}"))
    }

    /// The same, with what Chromium says where it cannot; events in between are of no interest.
    fn ask(&mut self, method: &str, params: &Value) -> Result<Value, String> {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        loop {
            let mut reply = Vec::new();
            let n = self.from.read_until(0, &mut reply).unwrap();
            assert!(n > 0, "Chromium ended");
            reply.pop();
            let reply: Value = serde_json::from_slice(&reply).unwrap();
            if reply["id"] == json!(self.last) {
                if reply["error"].is_null() {
                    return Ok(reply["result"].clone());
                }
                return Err(reply["error"].to_string());
            }
        }
    }

    pub(super) fn resize(&mut self, (width, height): (u32, u32), zoom: u32) {
        let size = json!({
            "width": width / zoom, "height": height / zoom,
            "deviceScaleFactor": zoom, "mobile": false,
        });
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Waits until what was resized is drawn.
    pub(super) fn settled(&mut self) {
        self.text(
            "(window.drawn = false, requestAnimationFrame(() => requestAnimationFrame(() => {
            window.drawn = true; })), '')",
        );
        self.wait("window.drawn");
    }

    /// Opens an address, wherever it leads.
    pub(super) fn navigate(&mut self, address: &str) {
        self.call("Page.navigate", &json!({"url": address}));
        self.wait("document.readyState == 'complete'");
    }

    pub(super) fn go(&mut self, address: &str) {
        self.call("Page.navigate", &json!({"url": address}));
        self.wait(&format!(
            "location.href.startsWith('{address}') && document.readyState == 'complete'"
        ));
    }

    fn evaluate(&mut self, script: &str) -> Value {
        let asked = json!({"expression": script, "returnByValue": true});
        let begun = Instant::now();
        // A page that is being replaced answers nothing; the next one does.
        let found = loop {
            match self.ask("Runtime.evaluate", &asked) {
                Ok(found) => break found,
                Err(why) => assert!(begun.elapsed() < PATIENCE, "{script}: {why}"),
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(found["exceptionDetails"].is_null(), "{script}: {found}");
        found["result"]["value"].clone()
    }

    /// What a script says, as text.
    pub(super) fn text(&mut self, script: &str) -> String {
        let value = self.evaluate(script);
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }

    /// Waits until a script finds something true.
    pub(super) fn wait(&mut self, script: &str) {
        let begun = Instant::now();
        loop {
            let asked = json!({
                "expression": format!("!!(document.body && ({script}))"),
                "returnByValue": true,
            });
            // While a page is being replaced there may be nothing to ask.
            let answered = self.ask("Runtime.evaluate", &asked);
            if answered.is_ok_and(|found| found["result"]["value"] == json!(true)) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "never came true: {script}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(super) fn press(&mut self, key: &str) {
        self.chord(key, 0);
    }

    pub(super) fn chord(&mut self, key: &str, modifiers: u32) {
        self.down(key, modifiers, false);
        self.up(key, modifiers);
    }

    /// A key that is held down until it was repeated so many times.
    pub(super) fn hold_down(&mut self, key: &str, repeats: u32) {
        self.down(key, 0, false);
        for _ in 0..repeats {
            self.down(key, 0, true);
        }
        self.up(key, 0);
    }

    /// The window as a PNG file, for people who look at it.
    pub(super) fn picture(&mut self) -> Vec<u8> {
        let shot = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        unpacked(shot["data"].as_str().unwrap())
    }

    /// Text as an input method gives it.
    pub(super) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", &json!({"text": text}));
    }

    fn down(&mut self, key: &str, modifiers: u32, repeat: bool) {
        let mut event = event(key, modifiers);
        let text = match key {
            "Enter" => "\r",
            one if one.len() == 1 && modifiers == 0 => one,
            _ => "",
        };
        event["type"] = json!(if text.is_empty() {
            "rawKeyDown"
        } else {
            "keyDown"
        });
        event["text"] = json!(text);
        event["autoRepeat"] = json!(repeat);
        self.call("Input.dispatchKeyEvent", &event);
    }

    fn up(&mut self, key: &str, modifiers: u32) {
        let mut event = event(key, modifiers);
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &event);
    }
}

/// Base64 (RFC 4648) as bytes.
fn unpacked(text: &str) -> Vec<u8> {
    let six = |c: u8| -> Option<u32> {
        Some(
            match c {
                b'A'..=b'Z' => c - b'A',
                b'a'..=b'z' => c - b'a' + 26,
                b'0'..=b'9' => c - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            }
            .into(),
        )
    };
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0u32, 0);
    for value in text.bytes().filter_map(six) {
        held = (held << 6 | value) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

fn event(key: &str, modifiers: u32) -> Value {
    let code = match key {
        "Tab" => 9,
        "Enter" => 13,
        "Escape" => 27,
        "PageUp" => 33,
        "PageDown" => 34,
        "ArrowLeft" => 37,
        "ArrowUp" => 38,
        "ArrowRight" => 39,
        "ArrowDown" => 40,
        f if f.len() > 1 && f.starts_with('F') => 111 + f[1..].parse::<u32>().unwrap(),
        c => u32::from(c.as_bytes()[0].to_ascii_uppercase()),
    };
    json!({"key": key, "modifiers": modifiers, "windowsVirtualKeyCode": code})
}

const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    // A certificate of the test's own.
    "--ignore-certificate-errors",
    "about:blank",
];
