import Store
import Values

/// The tables of two states side by side.
struct CopyOutput {
    let world: World
    let format: DataFormat

    func write(_ report: CopyReport, from: StateLocation, to: StateLocation) {
        switch format {
        case .json: world.output.line(json(report, from, to).prettyText)
        case .text:
            let rows = report.tables.map { table in
                [
                    table.name, "\(table.source.rows)", table.source.sha256,
                    table.isEqual ? "equal" : "differs: \(table.target.rows) rows, \(table.target.sha256)",
                ]
            }
            world.output.write(TextTable(["TABLE", "ROWS", "SHA-256", "COPY"], rows).text)
            guard report.isEqual else { return }
            world.output.line(
                report.wasFinished
                    ? "\(to) is a copy of \(from) already: the same \(report.rows) rows."
                    : "Copied \(from) to \(to): the same \(report.rows) rows.")
        }
    }

    private func json(_ report: CopyReport, _ from: StateLocation, _ to: StateLocation) -> JSON {
        let tables = report.tables.map { table -> JSON in
            [
                "name": .string(table.name), "rows": .integer(table.source.rows), "sha256": .string(table.source.sha256),
                "copy": ["rows": .integer(table.target.rows), "sha256": .string(table.target.sha256)], "equal": .bool(table.isEqual),
            ]
        }
        return [
            "from": .string(from.description), "to": .string(to.description), "equal": .bool(report.isEqual),
            "rows": .integer(report.rows), "tables": .array(tables),
        ]
    }
}
