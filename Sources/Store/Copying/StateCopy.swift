/// Fills an empty state with all that another one has, on whichever engines the two are.
///
/// Every table that the database itself knows is copied, but for what belongs to processes and not to the state (`machinery`). Rows go
/// page by page in the order of their primary key, each page in one transaction, parents before children; sealed secrets go as they
/// are, since they are bound to their table, row and column and to no file. From the first row on the target is marked as unfinished
/// (`CopyMark`), and whoever opens it otherwise is refused; the mark goes once both sides are known to have the same rows. A copy that
/// was interrupted goes on behind the last row that the target has.
///
/// Whoever copies holds the place of the one runtime of both states meanwhile.
package struct StateCopy: Sendable {
    let source: Store
    let target: Store
    var pages = Pages()

    /// How much is read and written at once.
    struct Pages: Sendable {
        var rows = 1_000
        var bytes = 4 << 20
    }

    /// Tables of what runs on a state, which says nothing of the state itself.
    private static let machinery: Set<String> = ["copies", "leases", "writers"]

    /// - Parameters:
    ///   - source: opened as any state.
    ///   - target: opened as `Store.Mode.copyTarget`.
    package init(from source: Store, to target: Store) {
        self.source = source
        self.target = target
    }

    /// How the two states stand.
    enum Situation: Sendable, Hashable {
        /// The target is empty.
        case begin
        /// The target has a part of the rows.
        case goOn
        /// The target is a finished copy, or what has become of one.
        case compare
    }

    /// Throws `StoreError.Code.copyRefused` where the target is neither empty nor a copy of this source, or the source has changed since
    /// the copy was begun; writes nothing.
    package func check() async throws {
        _ = try await situation(for: try await shapes())
    }

    /// Copies what is not copied yet, and compares both sides.
    ///
    /// - Throws: `StoreError.Code.copyRefused` as `check` does, and where the source changes meanwhile; `notAState` for text that
    ///   PostgreSQL cannot have. The target then stays as far as it has come, and unfinished.
    package func run(progress: (CopyProgress) throws -> Void = { _ in }) async throws -> CopyReport {
        let shapes = try await shapes()
        let serial = try await source.read { try $0.stateSerial() }
        let situation = try await situation(for: shapes)
        let total = try await rows(in: shapes)
        switch situation {
        case .begin:
            try await begin(CopyMark(source: source.location.description, serial: serial), shapes)
            fallthrough
        case .goOn:
            try await copy(shapes, total: total, progress)
            try await target.engine.write(.shared) { [engine = target.engine] connection in try engine.continueIdentities(on: connection) }
        case .compare: break
        }
        let report = try await compare(shapes, total: total, wasFinished: situation == .compare, progress)
        try await requireUnchanged(serial, shapes, rows: report.rows)
        if report.isEqual, situation != .compare { try await target.write { try $0.removeCopyMark() } }
        return report
    }

    // MARK: What there is

    /// The tables of both sides, parents first.
    private func shapes() async throws -> [TableShape] {
        let (here, there) = (try await tables(of: source), try await tables(of: target))
        guard here == there else {
            throw StoreError(
                code: .copyRefused,
                message: """
                    \(source.location) and \(target.location) do not have the same tables: one of them was changed, or made by another \
                    version of this program; nothing was copied
                    """)
        }
        return TableShape.ordered(here)
    }

    private func tables(of store: Store) async throws -> [TableShape] {
        let engine = store.engine
        return try await engine.read { try engine.tables(on: $0) }.filter { !Self.machinery.contains($0.name) }
    }

    private func situation(for shapes: [TableShape]) async throws -> Situation {
        let serial = try await source.read { try $0.stateSerial() }
        let (mark, isEmpty) = try await target.read { reading in (try reading.copyMark(), try reading.isEmpty(shapes)) }
        if let mark {
            guard mark.serial.lineage == serial.lineage else {
                throw refused("\(target.location) is an unfinished copy of another state, \(mark.source)")
            }
            guard mark.serial == serial else { throw refused("\(source.location) has changed since its copy was begun") }
            return .goOn
        }
        if isEmpty { return .begin }
        guard try await target.read({ try $0.stateSerial() }).lineage == serial.lineage else {
            throw StoreError(
                code: .copyRefused,
                message: "\(target.location) holds a state already, so nothing was copied; name a place that is empty")
        }
        return .compare
    }

    private func begin(_ mark: CopyMark, _ shapes: [TableShape]) async throws {
        let place = target.location.description
        try await target.write { writing in
            guard try writing.copyMark() == nil, try writing.isEmpty(shapes) else {
                throw StoreError(
                    code: .copyRefused, message: "\(place) was written to meanwhile, so nothing was copied; name a place that is empty")
            }
            try writing.begin(mark)
        }
    }

    private func rows(in shapes: [TableShape]) async throws -> Int {
        try await source.read { reading in try shapes.reduce(0) { $0 + (try reading.db.value($1.count) ?? 0) } }
    }

    /// The serials and the number of rows that the source had when it was copied must be those that it has at the end.
    private func requireUnchanged(_ serial: StateSerial, _ shapes: [TableShape], rows: Int) async throws {
        let now = try await source.read { try $0.stateSerial() }
        let count = try await self.rows(in: shapes)
        guard now == serial, count == rows else { throw refused("\(source.location) was changed while it was copied") }
    }

    /// The target has a part of the rows, of which nothing more can come.
    func refused(_ reason: String) -> StoreError {
        let remedy =
            switch target.location {
            case .file(let path): "remove \(path), \(path)-wal and \(path)-shm"
            case .database: "drop that database and make it anew"
            }
        return StoreError(code: .copyRefused, message: "\(reason); to begin again, \(remedy), and run this again")
    }
}

extension Statements {
    /// Whether there is nothing but the record that every new state has.
    fileprivate func isEmpty(_ shapes: [TableShape]) throws -> Bool {
        try shapes.allSatisfy { shape in
            try shape.name == "state" || db.row(shape.lastKey) { _ in true } == nil
        }
    }
}
