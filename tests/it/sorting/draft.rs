//! Forms as text, row by row: what an office's designer would lay out.

use std::sync::Arc;

use hagaki::form::Form;

/// A form of one side that grows downwards.
#[derive(Clone)]
pub(crate) struct Draft {
    id: String,
    edition: u32,
    size: (f64, f64),
    print: Vec<String>,
    fields: Vec<String>,
    /// Where the next row begins, mm.
    y: f64,
}

/// A question and its answers.
#[derive(Clone, Copy)]
pub(crate) enum Row {
    /// Boxes with a word each.
    Boxes(&'static str, &'static [&'static str]),
    /// Words to circle.
    Words(&'static str, &'static [&'static str]),
    /// Boxes for so many digits.
    Digits(&'static str, u32),
    /// A line to write on.
    Line(&'static str),
    /// A frame for free text, so many mm high.
    Free(&'static str, f64),
    /// Nothing for so many mm.
    Gap(f64),
}

impl Draft {
    pub(crate) fn new(id: &str, edition: u32, size: (f64, f64)) -> Self {
        Self {
            id: id.into(),
            edition,
            size,
            print: Vec::new(),
            fields: Vec::new(),
            y: 8.0,
        }
    }

    pub(crate) fn text(&mut self, at: (f64, f64), size: f64, text: &str) {
        let (x, y) = at;
        self.print.push(format!(
            "{{ text = {{ at = [{x:.2}, {y:.2}], text = \"{text}\", size = {size:.2} }} }}"
        ));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64) {
        self.print.push(format!(
            "{{ line = {{ from = [{:.2}, {:.2}], to = [{:.2}, {:.2}], width = {width} }} }}",
            from.0, from.1, to.0, to.1
        ));
    }

    pub(crate) fn frame(&mut self, [x, y, w, h]: [f64; 4], width: f64) {
        self.print.push(format!(
            "{{ box = {{ rect = [{x:.2}, {y:.2}, {w:.2}, {h:.2}], width = {width} }} }}"
        ));
    }

    /// A postal frame, reply-paid mark and the office's address, as on any address side.
    pub(crate) fn address_side(&mut self, office: &str, section: &str) {
        self.print
            .push("{ postal_frame = { at = [44.3, 12] } }".into());
        self.frame([6.0, 10.0, 18.5, 22.5], 0.5);
        self.text((7.5, 12.0), 3.2, "料金受取人");
        self.text((9.0, 16.0), 3.2, "払郵便");
        self.print.push(format!(
            "{{ text = {{ at = [70, 34], text = \"{office}\", size = 6, vertical = true }} }}"
        ));
        self.print.push(format!(
            "{{ text = {{ at = [52, 42], text = \"{section}　行\", size = 5, vertical = true }} }}"
        ));
    }

    pub(crate) fn title(&mut self, title: &str, note: &str) {
        self.text((6.0, self.y), 5.4, title);
        self.text((6.0, self.y + 7.4), 2.7, note);
        let y = self.y + 12.0;
        self.line((5.0, y), (self.size.0 - 5.0, y), 0.5);
        self.y = y + 3.0;
    }

    pub(crate) fn row(&mut self, row: Row) {
        let (y, id) = (self.y, format!("q{}", self.fields.len() + 1));
        match row {
            Row::Boxes(question, words) => {
                self.text((6.0, y), 3.0, question);
                let options = self.options(words, y + 5.0, true);
                self.field(&id, &format!("marks = {{ options = [{options}] }}"));
                self.y += 12.5;
            }
            Row::Words(question, words) => {
                self.text((6.0, y), 3.0, question);
                let options = self.options(words, y + 5.0, false);
                self.field(&id, &format!("marks = {{ options = [{options}] }}"));
                self.y += 12.5;
            }
            Row::Digits(question, cells) => {
                self.text((6.0, y), 3.0, question);
                let comb = format!(
                    "comb = {{ cells = {cells}, first = [10, {:.2}, 5.5, 8], pitch = 6.4 }}\n\
                     value = {{ number = {{ min = 0, max = 9 }} }}",
                    y + 5.0
                );
                self.field(&id, &comb);
                self.y += 16.0;
            }
            Row::Line(question) => {
                self.text((6.0, y), 3.0, question);
                let (w, at) = (self.size.0 - 20.0, y + 4.5);
                self.line((10.0, at + 9.0), (10.0 + w, at + 9.0), 0.25);
                let line = format!(
                    "line = {{ area = [10, {at:.2}, {w:.2}, 9], charset = \"jis2\" }}\n\
                     value = {{ name = {{}} }}"
                );
                self.field(&id, &line);
                self.y += 16.0;
            }
            Row::Free(question, height) => {
                self.text((6.0, y), 3.0, question);
                let (w, at) = (self.size.0 - 12.0, y + 4.5);
                self.field(
                    &id,
                    &format!("picture = {{ area = [6, {at:.2}, {w:.2}, {height:.2}] }}"),
                );
                self.frame([6.0, at, w, height], 0.3);
                self.y += height + 7.5;
            }
            Row::Gap(height) => self.y += height,
        }
    }

    fn options(&mut self, words: &[&str], y: f64, boxed: bool) -> String {
        let pitch = (self.size.0 - 14.0) / words.len() as f64;
        let mut out = Vec::new();
        for (i, word) in words.iter().enumerate() {
            let x = 8.0 + i as f64 * pitch;
            let long = 3.2 * word.chars().count() as f64;
            let shape = if boxed {
                let at = x + 5.0;
                format!(
                    "box = [{x:.2}, {y:.2}, 4, 4], word = [{at:.2}, {:.2}, {long:.2}, 4.6]",
                    y - 0.3
                )
            } else {
                format!("word = [{x:.2}, {:.2}, {long:.2}, 4.6]", y - 0.3)
            };
            out.push(format!(
                "{{ value = \"v{i}\", label = \"{word}\", {shape} }}"
            ));
        }
        out.join(", ")
    }

    fn field(&mut self, id: &str, zone: &str) {
        self.fields.push(format!(
            "[[side.field]]\nid = \"{id}\"\nlabel = \"{id}\"\n{zone}\n"
        ));
    }

    /// Checks the text as the program does.
    pub(crate) fn form(&self) -> Arc<Form> {
        let text = format!(
            "form = \"{}\"\nedition = {}\ntitle = \"{}\"\n[[side]]\nid = \"a\"\nsize = [{}, {}]\n\
             anchors = \"auto\"\nprint = [\n{} ]\n{}",
            self.id,
            self.edition,
            self.id,
            self.size.0,
            self.size.1,
            self.print.join(",\n"),
            self.fields.join("\n")
        );
        let none = |_: &str| Err(std::io::ErrorKind::NotFound.into());
        match Form::parse(&text, &self.id, &none) {
            Ok(form) => Arc::new(form),
            Err(faults) => panic!("{}: {faults:?}\n{text}", self.id),
        }
    }
}
