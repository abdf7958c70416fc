/// What can go wrong between alertd and what it keeps: the database, the private cluster, the files of encodings.
///
/// `description` is one line: what was tried, on what, why it failed (in the library's words), and what to do. No case
/// ever carries a password: addresses are printed by ``DatabaseAddress``.
public enum StoreError: Error, Sendable, Equatable {
    /// The database did not answer. `what` was tried on `address`.
    case unavailable(what: String, address: String, why: String)
    /// The address of the database cannot be read. The text itself is not repeated: it may hold a password.
    case malformedAddress(why: String)
    /// A row breaks a rule of the schema.
    case constraint(name: String, table: String, why: String)
    /// Two transactions stood in each other's way (serialisation failure, deadlock); the same call may succeed now.
    case conflict(why: String)
    /// The schema in the database is not the one this program speaks; `found` is nil for an empty database.
    case schemaMismatch(found: Int?, needed: Int, address: String)
    /// The schema has the version this program speaks and lacks tables or columns of it: a build of between two releases made it.
    case schemaIncomplete(missing: [String], version: Int, address: String)
    /// PostgreSQL refused a statement. `sqlState` is its five-character code.
    case query(what: String, sqlState: String, why: String)
    /// The server's answer does not have the form this program expects.
    case unexpectedResult(what: String, why: String)
    /// The calling task was cancelled; nothing was written.
    case cancelled(what: String)
    /// The server's role may not do what was asked.
    case forbidden(what: String, why: String)
    /// The database is too old.
    case unsupportedServer(found: String, needed: String)
    /// No server programs on this machine.
    case postgresNotInstalled(searched: [String])
    /// The private cluster was made by another major version than the programs found.
    case clusterVersionMismatch(path: String, cluster: String, programs: [String])
    /// A step of making, starting or stopping the private cluster failed; `output` holds the server's last words.
    case clusterFailed(step: String, path: String, output: String)
    /// Another server holds the socket.
    case socketInUse(path: String)
    /// No directory for the socket is short enough for the system's 107 bytes.
    case socketPathTooLong(path: String, bytes: Int)
    /// Something at `path` is not what it must be (a file where a directory is needed, another user's directory…).
    case unusablePath(path: String, why: String, remedy: String)
    /// Nothing more fits on the disk.
    case diskFull(path: String)
    /// Another process holds the state directory's lock longer than a start or stop may take.
    case stateBusy(path: String, seconds: Int)
    /// Another daemon works with this state directory.
    case stateTaken(path: String, process: Int32?)
    /// The process could not give up its privileges.
    case privilegeDropFailed(account: String, step: String, why: String)
    /// The account that should own the server does not exist.
    case noServiceAccount(tried: [String])
    /// This process's user has no name, or the cluster's files belong to one that has none.
    case unknownUser(number: UInt32)
    /// A file of encodings cannot be read, written or believed.
    case encodingFile(path: String, step: String, why: String)
    /// A file of footage cannot be kept.
    case footageFile(path: String, step: String, why: String)
    /// A value given to the store cannot be kept.
    case invalidValue(what: String, why: String)
}

extension StoreError: CustomStringConvertible {
    /// One line: what was tried, on what, why it failed, what to do.
    public var description: String {
        databaseText ?? clusterText ?? fileText
    }

    private var databaseText: String? {
        switch self {
        case .unavailable(let what, let address, let why):
            "cannot \(what) on \(address): \(why); check that the server runs and that --database is right"
        case .malformedAddress(let why):
            "cannot read the database address: \(why); give 'embedded', postgresql://HOST/DATABASE or libpq's "
                + "'host=… dbname=…'"
        case .constraint(let name, let table, let why):
            "cannot store a row in \(table): it breaks the rule \(name): \(why); this is a defect of alertd, report it"
        case .conflict(let why):
            "cannot finish a transaction: \(why); try again"
        case .schemaMismatch(let found, let needed, let address):
            Self.schemaText(found: found, needed: needed, address: address)
        case .schemaIncomplete(let missing, let version, let address):
            "schema version \(version) in \(address) lacks \(missing.joined(separator: ", ")): a build before the "
                + "release made it, and no migration leads from there; make the database anew, then run 'alertd db migrate' "
                + "(a private one is the folder 'postgres' of the state directory)"
        case .query(let what, let sqlState, let why):
            "cannot \(what): PostgreSQL says \(why) (SQLSTATE \(sqlState)); see the server's log"
        case .unexpectedResult(let what, let why):
            "cannot \(what): unexpected answer, \(why); the schema was changed by hand, or this is a defect of alertd"
        case .cancelled(let what):
            "did not \(what): cancelled; nothing was written"
        case .forbidden(let what, let why):
            "may not \(what): \(why); grant the role what it needs, or connect as the owner of schema alertd"
        case .unsupportedServer(let found, let needed):
            "cannot use PostgreSQL \(found): \(needed) or later is needed; upgrade the server"
        default: nil
        }
    }

    private static func schemaText(found: Int?, needed: Int, address: String) -> String {
        guard let found else {
            return "no alertd schema in \(address), version \(needed) is needed; run 'alertd db migrate'"
        }
        return "schema version \(found) in \(address), version \(needed) is needed; "
            + (found < needed ? "run 'alertd db migrate'" : "it was written by a newer alertd: install that version")
    }

    private var clusterText: String? {
        switch self {
        case .postgresNotInstalled(let searched):
            "cannot start the embedded database: PostgreSQL 15 or later is not installed (looked in "
                + searched.joined(separator: ", ") + "); run: apt-get install postgresql"
        case .clusterVersionMismatch(let path, let cluster, let programs):
            "cannot start the embedded database in \(path): it was made by PostgreSQL \(cluster), installed is "
                + programs.joined(separator: ", ") + "; run: apt-get install postgresql-\(cluster)"
        case .clusterFailed(let step, let path, let output):
            "cannot \(step) the embedded database in \(path): \(output); see \(path)/server.log"
        case .socketInUse(let path):
            "cannot start the embedded database: another server answers at \(path); stop it or choose another --state"
        case .socketPathTooLong(let path, let bytes):
            "cannot start the embedded database: the socket's path \(path) has \(bytes) bytes, 107 fit; choose a "
                + "shorter --state"
        case .stateBusy(let path, let seconds):
            "cannot use the state directory \(path): another alertd has been starting or stopping in it for \(seconds) "
                + "s; wait for it, or end it"
        case .privilegeDropFailed(let account, let step, let why):
            "cannot become user \(account): \(step): \(why); start alertd as that user instead"
        case .noServiceAccount(let tried):
            "cannot choose a user for the embedded database: PostgreSQL does not run as root and there is no user "
                + tried.joined(separator: " or ") + "; run: useradd --system alertd, or start alertd as a plain user"
        case .unknownUser(let number):
            "cannot start the embedded database: user number \(number) has no name in /etc/passwd, PostgreSQL needs one; "
                + "add it, or use --database URL"
        default: nil
        }
    }

    private var fileText: String {
        switch self {
        case .stateTaken(let path, let process):
            "cannot use \(path): another alertd run\(process.map { " (process \($0))" } ?? "") works with it; stop that "
                + "one, or choose another --state"
        case .unusablePath(let path, let why, let remedy): "cannot use \(path): \(why); \(remedy)"
        case .diskFull(let path): "cannot write in \(path): no space left on the disk; free some, then try again"
        case .footageFile(let path, let step, let why):
            "cannot \(step) the footage \(path): \(why); check the disk and who owns the state directory"
        case .encodingFile(let path, let step, let why):
            "cannot \(step) \(path): \(why); move the file away and ingest again, live footage goes to a new one"
        case .invalidValue(let what, let why): "cannot store \(what): \(why)"
        default: "the store failed"
        }
    }
}
