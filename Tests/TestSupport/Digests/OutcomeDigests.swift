import Foundation
package import Testing

/// What a program makes of many generated inputs, as one digest for each thousand: a difference is found without keeping every outcome.
///
/// The digests stand in `Tests/Fixtures/fields/NAME.txt`; `RECORD=1` writes them anew and fails. `RECONCILE_FIELDS_FUZZ=1` goes through all of
/// them, where a usual run takes the first thousands; `RECONCILE_FIELDS_DUMP=FOLDER` also writes every outcome to `FOLDER/NAME.txt`, so that
/// those of two versions can be compared line by line.
package struct OutcomeDigests {
    private static let thousand = 1000
    private let name: String
    private let environment = ProcessInfo.processInfo.environment

    package init(_ name: String) { self.name = name }

    /// - Parameters:
    ///   - all: how many thousands the fixture has.
    ///   - usual: how many of them a usual run takes.
    ///   - outcome: what users see of the input of a number.
    package func check(all: Int, usual: Int, sourceLocation: SourceLocation = #_sourceLocation, outcome: (Int) throws -> String) throws {
        let records = environment["RECORD"] == "1"
        let dump = environment["RECONCILE_FIELDS_DUMP"]
        let isWhole = records || environment["RECONCILE_FIELDS_FUZZ"] == "1"
        var digests: [String] = []
        var dumped = ""
        for first in 0..<(isWhole ? all : usual) {
            var digest = FNV1a()
            for number in (first * Self.thousand)..<((first + 1) * Self.thousand) {
                let text = try outcome(number)
                digest.add(text)
                if dump != nil { dumped += "== \(number)\n\(text)\n" }
            }
            digests.append(digest.text)
        }
        if let dump { try dumped.write(toFile: "\(dump)/\(name).txt", atomically: true, encoding: .utf8) }
        let path = "\(packageRoot)/Tests/Fixtures/fields/\(name).txt"
        if records {
            try (digests.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            Issue.record("recorded anew: look at the difference and run again without RECORD", sourceLocation: sourceLocation)
            return
        }
        let recorded = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(recorded.count == all, sourceLocation: sourceLocation)
        let differing = digests.indices.filter { $0 >= recorded.count || recorded[$0] != digests[$0] }
        #expect(differing == [], "thousands whose outcomes differ from the recorded ones", sourceLocation: sourceLocation)
    }
}

/// Fowler, Noll and Vo's hash of 64 bits, variant 1a; enough to notice a difference that nobody made on purpose.
private struct FNV1a {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        value = (value ^ 0xFF) &* 0x100_0000_01b3
    }

    var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
