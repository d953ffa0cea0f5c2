import Reconciler
import TestSupport
import Testing
import Values

struct FieldChangeTests {
    @Test func `nested fields are named by their path`() {
        let changes = FieldChange.between(
            ["url": "a", "retryConfig": ["maxRetries": 3, "maxDelay": "12h"]],
            ["url": "b", "retryConfig": ["maxRetries": 5, "maxDelay": "12h"]])
        #expect(
            changes == [
                FieldChange(path: "url", kind: .changed(from: "a", to: "b")),
                FieldChange(path: "retryConfig.maxRetries", kind: .changed(from: 3, to: 5)),
            ])
    }

    @Test func `lists are compared inside`() {
        let changes = FieldChange.between(["events": ["a", "b", "c"]], ["events": ["a", "d", "c"]])
        #expect(changes == [FieldChange(path: "events", kind: .list([.kept("a"), .removed("b"), .added("d"), .kept("c")]))])
    }

    @Test func `a secret shows as changed and its reference is one value`() {
        let reference: JSON = ["env": "A"]
        #expect(
            FieldChange.between(["secret": reference], ["secret": reference], secretFields: ["secret"], changedSecrets: ["secret"])
                == [FieldChange(path: "secret", kind: .secret)])
        #expect(
            FieldChange.between(["secret": reference], ["secret": ["env": "B"]], secretFields: ["secret"])
                == [FieldChange(path: "secret", kind: .changed(from: reference, to: ["env": "B"]))])
    }

    @Test func `a changed secret is found below an equal object`() {
        let config: JSON = ["config": ["clientSecret": ["env": "A"]]]
        #expect(
            FieldChange.between(config, config, secretFields: ["config.clientSecret"], changedSecrets: ["config.clientSecret"])
                == [FieldChange(path: "config.clientSecret", kind: .secret)])
    }

    @Test func `every edit of a list rebuilds both sides`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let old = (0..<Int.random(in: 0...8, using: &random)).map { _ in JSON.integer(Int.random(in: 0...4, using: &random)) }
            let new = (0..<Int.random(in: 0...8, using: &random)).map { _ in JSON.integer(Int.random(in: 0...4, using: &random)) }
            let elements = ListElement.difference(old, new)
            let before = elements.compactMap { element -> JSON? in
                switch element {
                case .kept(let value), .removed(let value): value
                case .added: nil
                }
            }
            let after = elements.compactMap { element -> JSON? in
                switch element {
                case .kept(let value), .added(let value): value
                case .removed: nil
                }
            }
            #expect(before == old)
            #expect(after == new)
        }
    }
}
