import Foundation
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

struct EventPayloadTests {
    private static let texts = [
        #"{"b":1,"a":2,"10":3,"9":4,"-1":5,"01":6,"4294967294":7,"4294967295":8}"#,
        #"{"n":[0,-0,1.0,1e3,1.5e-7,0.000001,1e21,123456789012345680000,5e-324,1.7976931348623157e308,0.1,1e-7,100,9007199254740991]}"#,
        #"{"s":"\u0000\u001f\"\\\/\b\f\n\r\t\u007f\u2028\u2029é😀"}"#, #"{"__proto__":1,"constructor":2,"":3}"#,
        #"{"a":1,"a":2,"b":{"a":[]}}"#,
        #"{"deep":[[[{"x":null,"y":true,"z":false}]]]}"#, "{}",
    ]

    @Test func `the members stand in the order of the contract, without spaces`() {
        let text = EventPayload.text(
            type: "POST_PUBLISHED", workspace: "acme", data: ["2": 1, "1": "x"], at: Timestamp(milliseconds: 1_705_147_200_000))
        #expect(text == #"{"event":"POST_PUBLISHED","timestamp":"2024-01-13T12:00:00Z","workspaceId":"acme","data":{"1":"x","2":1}}"#)
    }

    /// Needs `node`; without one the vectors above still run through the writer in SpecTests.
    @Test(.enabled(if: Peer.node.isExpected, "\(Peer.node.absence)"), arguments: texts)
    func `JavaScript, parsing and writing again, gets the same bytes`(text: String) throws {
        let data = try JSON(parsing: text)
        let payload = EventPayload.text(type: "X", workspace: "w", data: data, at: Timestamp(milliseconds: 1))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Peer.node.require())
        process.arguments = [
            "-e", "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0,'utf8'))))",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(payload.utf8))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(String(decoding: answer, as: UTF8.self) == payload)
    }
}
