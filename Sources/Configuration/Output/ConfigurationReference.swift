/// `docs/ref/config.md`, made from the table of keys.
public enum ConfigurationReference {
    /// The page, with a line break at its end.
    public static var markdown: String {
        let sections = ConfigurationKeys.all.filter { !rows(of: $0).isEmpty }
        return introduction + heading("Top level", nil)
            + table(ConfigurationKeys.keys(of: "").filter { !holdsKeys($0) })
            + sections.map { heading("`\($0.path)`", $0) + table(rows(of: $0)) }.joined()
            + overrides
    }

    private static let introduction = """
        # Configuration

        Status: current. `alertd check-config --print-reference` prints this page; a test compares the two.

        alertd reads one YAML file: `--config FILE`, else `$ALERTD_CONFIG`, else `/etc/alertd/alertd.yaml` when it
        exists. `alertd check-config` checks it and prints what is in effect, without cameras or database.
        `/usr/share/alertd/alertd.schema.json` lets editors complete and check keys while you type
        (`# yaml-language-server: $schema=/usr/share/alertd/alertd.schema.json` as the first line).
        [contrib/alertd.yaml](../../contrib/alertd.yaml) is a file to start from.

        **What counts**: command line > environment > file > default.

        **Strict**: an unknown key, a duplicate one, a wrong type or an impossible value is an error with file, line,
        column and key. All errors are printed at once, and the program ends with exit code 78. Anchors, aliases and
        tags are refused. The file is UTF-8, at most 1 MiB, and has at most \(SectionReader.mostNamed) cameras and as many queries.

        **Secrets**: in texts, `${NAME}` stands for the file `NAME` in `$CREDENTIALS_DIRECTORY` (systemd's
        `LoadCredential=`; one line break at its end is left off), else for the environment variable `NAME`. `$${` is
        a plain `${`. Numbers, booleans and keys are not expanded. No value of a secret appears in errors, logs or
        `check-config`.

        **Names** of cameras, zones, queries and endpoints: \(ConfigurationKind.nameRule).

        **Places** in the picture are fractions of its width and height: `[0, 0]` is the upper left corner, `[1, 1]` the
        lower right one.


        """

    private static func heading(_ title: String, _ section: ConfigurationKey?) -> String {
        "## \(title)\n\n" + (section.map { "\($0.summary)\n\n" } ?? "")
    }

    private static func holdsKeys(_ key: ConfigurationKey) -> Bool {
        key.kind == .section || key.kind == .named
    }

    private static func rows(of key: ConfigurationKey) -> [ConfigurationKey] {
        let pattern = key.kind == .named ? key.path + ".NAME" : key.path
        return ConfigurationKeys.keys(of: pattern).filter { !holdsKeys($0) }
    }

    private static func table(_ keys: [ConfigurationKey]) -> String {
        let rows = keys.map { key in
            let fallback = key.isRequired ? "**required**" : key.fallback.map { "`\($0)`" } ?? "–"
            return "| `\(key.name)` | \(key.kind.typeName) | \(fallback) | \(key.unit ?? "–") "
                + "| \(cell(key.kind.allowed)) | \(cell(key.summary)) |\n"
        }
        return "| key | type | default | unit | allowed | meaning |\n| --- | --- | --- | --- | --- | --- |\n"
            + rows.joined() + "\n"
    }

    private static var overrides: String {
        let rows = ConfigurationKeys.overridable.map { key in
            "| `\(key.path)` | \(key.environment.map { "`\($0)`" } ?? "–") | \(key.option.map { "`\($0)`" } ?? "–") |\n"
        }
        return "## Environment and command line\n\nAn empty variable counts as unset.\n\n"
            + "| key | variable | option |\n| --- | --- | --- |\n" + rows.joined()
    }

    private static func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("[[x, y], …]", with: "`[[x, y], …]`")
    }
}
