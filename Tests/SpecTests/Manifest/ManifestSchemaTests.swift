import Foundation
import Spec
import TestSupport
import Testing
import Values
import YAML

struct ManifestSchemaTests {
    @Test func `the committed schema is the one that the fields make`() throws {
        let url = URL(fileURLWithPath: packageRoot + "/examples/manifest.schema.json")
        let text = ManifestSchema.json.prettyText + "\n"
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try Data(text.utf8).write(to: url)
            Issue.record("recorded anew: look at the difference and run again without RECORD")
        }
        #expect(text == String(decoding: try Data(contentsOf: url), as: UTF8.self))
    }

    /// Every fixture and what must come of it: `Tests/Fixtures/manifests/valid` passes both, and a file of `…/invalid` fails both
    /// unless its first line says `# schema: accepts`, because only the reader can tell.
    @Test(.enabled(if: Peer.python.isExpected, "\(Peer.python.absence)"))
    func `a foreign validator agrees with the reader`() throws {
        let root = packageRoot + "/Tests/Fixtures/manifests"
        var instances: [JSON] = []
        var wanted: [(name: String, schemaAccepts: Bool)] = []
        for kind in ["valid", "invalid"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(kind)").sorted() where name.hasSuffix(".yaml") {
                let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(kind)/\(name)")))
                let reading = ManifestReader().read([ManifestFile(name: name, text: text)])
                #expect((reading.manifest != nil) == (kind == "valid"), "\(name): \(Diagnostic.text(reading.diagnostics))")
                for document in try Tree(parsing: text).documents { instances.append(Self.json(document.root)) }
                let count = try Tree(parsing: text).documents.count
                let accepts = kind == "valid" || text.starts(with: "# schema: accepts".utf8)
                wanted += Array(repeating: ("\(kind)/\(name)", accepts), count: count)
            }
        }
        #expect(wanted.count >= 20)
        let verdicts = try Self.validate(instances)
        for (expectation, verdict) in zip(wanted, verdicts) {
            #expect(expectation.schemaAccepts == verdict, "\(expectation.name): the schema \(verdict ? "accepts" : "refuses")")
        }
        #expect(verdicts.count == wanted.count)
    }

    private static func validate(_ instances: [JSON]) throws -> [Bool] {
        let input: JSON = ["schema": ManifestSchema.json, "instances": .array(instances)]
        let program = """
            import json, sys, jsonschema
            given = json.load(sys.stdin)
            jsonschema.Draft202012Validator.check_schema(given["schema"])
            validator = jsonschema.Draft202012Validator(given["schema"])
            print(json.dumps([validator.is_valid(i) for i in given["instances"]]))
            """
        let output = try run(program, input: Data(input.utf8))
        return try JSON(parsing: [UInt8](output)).array?.compactMap(\.bool) ?? []
    }

    private struct Failed: Error {}

    private static func run(_ program: String, input: Data) throws -> Data {
        let folder = TemporaryFolder("schema")
        let inputFile = try folder.write(String(decoding: input, as: UTF8.self), to: "input.json")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Peer.python.require())
        process.arguments = ["-c", program]
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputFile))
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed() }
        return data
    }

    private static func json(_ node: Node) -> JSON {
        switch node.kind {
        case .sequence: return .array(node.elements.map(json))
        case .mapping: return .object(JSONObject(node.members.map { ($0.key.text, json($0.value)) }))
        case .scalar:
            switch node.scalar {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .integer(let value): return .integer(value)
            case .float(let value): return .number(value)
            case .string, nil: return .string(node.text)
            }
        }
    }
}
