import Foundation
import TestSupport
import Testing
import YAML

/// The public YAML test suite, where it lies beside the repository; skipped elsewhere.
struct SuiteTests {
    static let folder = URL(fileURLWithPath: Vectors.yamlSuite.path)

    /// Every folder with an `in.yaml`, as `229Q` or `2G84/00`.
    static let cases: [String] = {
        guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix("/in.yaml") }.map { String($0.dropLast("/in.yaml".count)) }.sorted()
    }()

    private func text(_ name: String, _ file: String) -> [UInt8]? {
        FileManager.default.contents(atPath: Self.folder.appendingPathComponent(name).appendingPathComponent(file).path).map { Array($0) }
    }

    /// What libyaml says, event by event; the error's kind and place last where there is one.
    private func events(_ text: [UInt8]) -> [String] {
        var stream = EventStream(text)
        var lines: [String] = []
        do throws(SyntaxError) {
            while let event = try stream.next() { lines.append(event.notation) }
        } catch {
            lines.append("error \(error.kind) \(error.problem) \(error.mark.line):\(error.mark.column)")
        }
        return lines
    }

    @Test(.enabled(if: Vectors.yamlSuite.isExpected, "\(Vectors.yamlSuite.absence)"))
    func `a tree says again exactly the events it was made of`() throws {
        #expect(Self.cases.count > 400)
        for name in Self.cases {
            let source = try #require(text(name, "in.yaml"))
            let direct = events(source)
            do throws(SyntaxError) {
                #expect(try Tree(parsing: source).notation == direct, "\(name)")
            } catch {
                #expect(direct.last == "error \(error.kind) \(error.problem) \(error.mark.line):\(error.mark.column)", "\(name)")
            }
        }
    }

    @Test(.enabled(if: Vectors.yamlSuite.isExpected, "\(Vectors.yamlSuite.absence)"))
    func `libyaml differs from the suite exactly where the list says`() throws {
        var found: [String: String] = [:]
        for name in Self.cases {
            let ours = events(try #require(text(name, "in.yaml")))
            let isRefused = ours.last?.hasPrefix("error") == true
            let mustBeRefused = text(name, "error") != nil
            // libyaml does not tell flow collections and explicit ends apart as the suite's newer notation does where it has both.
            let wanted = String(decoding: text(name, "test.event") ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
            switch (isRefused, mustBeRefused) {
            case (true, true): break
            case (true, false): found[name] = "refuses"
            case (false, true): found[name] = "accepts"
            case (false, false): if ours != wanted { found[name] = "reads otherwise" }
            }
        }
        let list = packageRoot + "/Tests/Fixtures/yaml-suite/differences.json"
        let recorded = try JSONDecoder().decode([Difference].self, from: Data(contentsOf: URL(fileURLWithPath: list)))
        #expect(Dictionary(recorded.map { ($0.name, $0.difference) }, uniquingKeysWith: { first, _ in first }) == found)
        #expect(recorded.allSatisfy { !$0.reason.isEmpty })
        #expect(recorded.map(\.name) == recorded.map(\.name).sorted())
    }

    private struct Difference: Decodable {
        var name: String
        var difference: String
        var reason: String
    }
}
