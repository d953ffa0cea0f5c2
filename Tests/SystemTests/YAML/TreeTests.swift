import Testing
import YAML

struct TreeTests {
    private func root(_ text: String) throws -> Node { try #require(try Tree(parsing: Array(text.utf8)).documents.first).root }

    private func value(_ text: String) throws -> Scalar? { try root(text).scalar }

    private func error(_ text: String, limits: Limits = Limits()) -> SyntaxError.Kind? {
        do throws(SyntaxError) {
            _ = try Tree(parsing: Array(text.utf8), limits: limits)
            return nil
        } catch { return error.kind }
    }

    @Test(arguments: [
        ("no", Scalar.string), ("on", .string), ("yes", .string), ("012", .integer(12)), ("0o14", .integer(12)), ("0xC", .integer(12)),
        ("1_000", .string), ("12:30", .string), ("~", .null), ("null", .null), ("True", .bool(true)), ("FALSE", .bool(false)),
        ("tRue", .string), ("-7", .integer(-7)), ("+7", .integer(7)), ("1.5", .float(1.5)), (".5", .float(0.5)), ("1.", .float(1)),
        ("1e3", .float(1000)), ("-.inf", .float(-.infinity)), (".", .string), ("-", .string), ("1e", .string), ("\"1\"", .string),
        ("'true'", .string),
        ("9223372036854775808", .float(9223372036854775808)), ("2026-11-22", .string), ("!!str 1", .string), ("! 1", .string),
        ("!!int 1", .integer(1)), ("!!float 1", .float(1)), ("", .null),
    ])
    func `plain scalars mean what the core schema of YAML 1.2 says`(text: String, meaning: Scalar) throws {
        #expect(try root("a: \(text == "-" ? "\"-\"" : text)").members.first { _ in true }?.value.scalar == meaning, "\(text)")
    }

    @Test func `a tag that the content does not fit has no meaning`() throws {
        #expect(try value("!!int abc") == nil)
        #expect(try value("!mine abc") == nil)
    }

    @Test func `places count code points, and bytes are found from them`() throws {
        let text = "ключ: 日本 # e\u{301}\nb: \"x\"\n"
        let members = Array(try root(text).members)
        #expect(members[0].value.start == Mark(line: 0, column: 6, index: 6))
        #expect(members[0].value.end == Mark(line: 0, column: 8, index: 8))
        let source = SourceText(Array(text.utf8))
        #expect(source.byteOffset(of: members[0].value.start) == 10)
        #expect(source.byteOffset(of: members[0].value.end) == 16)
        #expect(source.byteOffset(of: members[1].value.start) == text.utf8.count - 4)
        #expect(source.line(1) == "b: \"x\"")
    }

    @Test func `lines end where libyaml ends them`() {
        let source = SourceText(Array("a\r\nb\rc\nd\u{85}e\u{2028}f".utf8))
        #expect(source.lineCount == 6)
        #expect((0..<6).map { source.line($0) } == ["a", "b", "c", "d", "e", "f"])
    }

    @Test func `an alias is seen as what it repeats`() throws {
        let members = Array(try root("a: &x { k: v }\nb: *x\n").members)
        #expect(members[1].value.members.first { _ in true }?.value.text == "v")
        #expect(members[1].value.start == members[0].value.start)
    }

    @Test func `aliases that lead nowhere, in circles or to an explosion are refused`() {
        #expect(error("a: *x") == .unknownAlias("x"))
        #expect(error("a: &x [*x]") == .cyclicAlias("x"))
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(error(bomb) == .tooManyAliases(limit: 100_000))
    }

    @Test func `an anchor counts for its own document alone`() {
        #expect(error("--- &x a\n--- *x\n") == .unknownAlias("x"))
    }

    @Test func `what is too long, deep or large is refused`() {
        #expect(error(String(repeating: "[", count: 65) + String(repeating: "]", count: 65)) == .tooDeep(limit: 64))
        #expect(error(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) == nil)
        #expect(error("[a, b, c]", limits: Limits(nodes: 3)) == .tooManyNodes(limit: 3))
        #expect(error("abcd", limits: Limits(bytes: 3)) == .tooLong(limit: 3))
    }

    @Test func `libyaml's errors are values with their place`() {
        #expect(error("a: [1, 2\nb: 3\n") == .parser)
        #expect(error("a:\n\t- b\n") == .scanner)
        do throws(SyntaxError) {
            _ = try Tree(parsing: [0x61, 0x3A, 0x20, 0xC3, 0xA9, 0x0A, 0x62, 0xFF])
            Issue.record("bytes that are no UTF-8 were read")
        } catch {
            #expect(error.kind == .reader)
            #expect(error.mark == Mark(line: 1, column: 1, index: 6))
        }
    }

    @Test(arguments: [3, 40])
    func `a repeated key is found with the first one, in small mappings and large`(count: Int) throws {
        let keys = (0..<count).map { "k\($0): v\n" }.joined()
        let tree = try Tree(parsing: Array("\(keys)\"k1\": again\n".utf8))
        let duplicates = tree.duplicateKeys
        #expect(duplicates.count == 1)
        #expect(duplicates.first?.first.start.line == 1)
        #expect(duplicates.first?.second.start.line == UInt32(count))
    }

    @Test func `a stream has as many documents as it shows`() throws {
        #expect(try Tree(parsing: Array("# nothing\n".utf8)).documents.isEmpty)
        let documents = try Tree(parsing: Array("a: 1\n---\n---\nb: 2\n".utf8)).documents
        #expect(documents.count == 3)
        #expect(documents[1].root.scalar == .null)
        #expect(documents[1].start.line == 1)
    }
}
