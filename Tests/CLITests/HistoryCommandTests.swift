import CLI
import Testing
import Values

struct HistoryCommandTests {
    private let head = "version: 1\nworkspace: acme\n"

    @Test func `a rollback is named in every format`() async throws {
        let world = TestWorld()
        for description in ["One", "Two"] {
            #expect(
                try await world.run("apply", world.write(head + "scopes: { a: \(description) }\n"), "--auto-approve").status == .success)
        }
        #expect(try await world.run("rollback", "1", "--auto-approve").status == .success)
        let table = try await world.run("history")
        #expect(table.output.split(separator: "\n")[1].hasSuffix("rollback to 1: 0 added, 1 changed, 0 destroyed"))
        #expect(try await world.run("history", "3").output.contains("\nRollback to revision 1\n"))
        let json = try JSON(parsing: try await world.run("history", "--format", "json").output)
        #expect(json["data"]?.array?.map { $0["rollbackOf"] } == [1, .null, .null])
    }

    @Test func `a move is counted as one in the plan and in the history, and not as a change`() async throws {
        let world = TestWorld()
        func hook(_ name: String) -> String { "webhooks:\n  \(name): { name: W, url: https://example.com, events: [POST_PUBLISHED] }\n" }
        #expect(try await world.run("apply", world.write(head + hook("old")), "--auto-approve").status == .success)
        let path = try world.write(head + hook("new") + "moved: [{ from: webhook.old, to: webhook.new }]\n")
        let plan = try await world.run("plan", path)
        #expect(plan.output.hasSuffix("\n1 resource is moved.\nPlan: 0 to add, 0 to change, 0 to destroy.\n"))
        #expect(
            try await world.run("plan", path, "--format", "markdown").output.hasPrefix(
                "### Plan: 0 to add, 0 to change, 0 to destroy.\n\n1 resource is moved.\n"))
        let json = try JSON(parsing: try await world.run("plan", path, "--format", "json").output)
        #expect(json["summary"] == ["add": 0, "change": 0, "destroy": 0, "move": 1])
        #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        let history = try JSON(parsing: try await world.run("history", "--format", "json").output)
        #expect(history["data"]?.array?.first?["summary"] == "0 added, 0 changed, 0 destroyed, 1 moved")
        #expect(history["data"]?.array?.first?["counts"] == ["add": 0, "change": 0, "destroy": 0, "move": 1])
    }
}
