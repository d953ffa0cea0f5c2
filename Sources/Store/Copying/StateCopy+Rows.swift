import Values

extension StateCopy {
    /// Brings over what the target does not have, table by table.
    func copy(_ shapes: [TableShape], total: Int, _ progress: (CopyProgress) throws -> Void) async throws {
        var copied = 0
        for shape in shapes {
            let insertion = shape.insertion
            var key: [SQLValue]?
            let former = try await target.read { reading in
                (try reading.lastKey(of: shape), try reading.db.value(shape.count, as: Int.self))
            }
            (key, copied) = (former.0, copied + (former.1 ?? 0))
            while true {
                let page = try await page(of: shape, behind: key, in: source)
                guard let last = page.last else { break }
                do {
                    try await target.sharedWrite { try $0.db.queue(insertion, each: page.map { SQLArguments($0) }) }
                } catch let error as StoreError where error.code == .constraint {
                    throw refused("a row of \(shape.name) does not fit to those that were copied before (\(error.message))")
                }
                key = shape.key.map { last[$0] }
                copied += page.count
                try progress(CopyProgress(step: .copying, table: shape.name, rows: copied, total: total))
            }
        }
    }

    /// Reads both sides from the beginning to the end.
    func compare(
        _ shapes: [TableShape], total: Int, wasFinished: Bool, _ progress: (CopyProgress) throws -> Void
    ) async throws -> CopyReport {
        var report = CopyReport(tables: [], wasFinished: wasFinished)
        var rows = 0
        for shape in shapes {
            async let there = digest(of: shape, in: target)
            let here = try await digest(of: shape, in: source) { read in
                try progress(CopyProgress(step: .verifying, table: shape.name, rows: rows + read, total: total))
            }
            report.tables.append(CopyReport.Table(name: shape.name, source: here, target: try await there))
            rows += here.rows
        }
        return report
    }

    /// - Parameter told: gets the number of rows after each page.
    private func digest(of shape: TableShape, in store: Store, told: (Int) throws -> Void = { _ in }) async throws -> TableDigest {
        var making = TableDigest.Making(of: shape)
        var key: [SQLValue]?
        while true {
            let page = try await page(of: shape, behind: key, in: store)
            guard let last = page.last else { return making.finish() }
            making.add(page)
            try told(making.rows)
            key = shape.key.map { last[$0] }
        }
    }

    /// The next rows; none behind the last.
    private func page(of shape: TableShape, behind key: [SQLValue]?, in store: Store) async throws -> [[SQLValue]] {
        let statement = shape.page(isFirst: key == nil)
        let arguments = SQLArguments(key ?? []) + [pages.rows, pages.bytes]
        let place = store.location.description
        return try await store.read { reading in
            try reading.db.rows(statement, arguments) { row in try shape.values(of: row, state: place) }
        }
    }
}

extension Statements {
    /// The primary key of the last row; nil where there is none.
    fileprivate func lastKey(of shape: TableShape) throws -> [SQLValue]? {
        try db.row(shape.lastKey) { row in
            try shape.key.enumerated().map { position, column in
                switch shape.columns[column].kind {
                case .int: .int(try row[position])
                case .blob: .bytes(try row[position])
                case .text: .text(String(decoding: try row[position] as [UInt8], as: UTF8.self))
                }
            }
        }
    }
}

extension TableShape {
    /// The values of a row of `page`, in the order of the columns.
    fileprivate func values(of row: Row, state: String) throws -> [SQLValue] {
        var damaged: Int?
        let values: [SQLValue] = try columns.enumerated().map { position, column in
            switch column.kind {
            case .int: return .int(try row[position])
            case .blob: return .bytes(try row[position])
            case .text:
                guard let bytes = try row[position] as [UInt8]? else { return .text(nil) }
                guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
                    damaged = damaged ?? position
                    return .text(String(decoding: bytes, as: UTF8.self).replacing("\0", with: "\\0"))
                }
                return .text(text)
            }
        }
        if let damaged { throw unfit(columns[damaged].name, values, state: state) }
        return values
    }

    private func unfit(_ column: String, _ values: [SQLValue], state: String) -> StoreError {
        let row = key.map { position in "\(columns[position].name) \(values[position].shown)" }.joined(separator: ", ")
        return StoreError(
            code: .notAState,
            message: """
                the column \(column) of the table \(name) in the state \(state), in the row with \(row), holds U+0000 or bytes that are not \
                UTF-8, which cannot be copied; put the text right or delete the row with sqlite3, and run this again
                """)
    }
}

extension SQLValue {
    /// For the key of a row in an error.
    fileprivate var shown: String {
        switch self {
        case .text(let value): value ?? "NULL"
        case .int(let value): value.map { String($0) } ?? "NULL"
        case .bytes(let value): value.map { "x'\(Hex.encode($0))'" } ?? "NULL"
        }
    }
}
