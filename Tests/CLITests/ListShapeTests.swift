import CLI
import Testing
import Values

/// Lists of commands have the shape that they have over HTTP.
struct ListShapeTests {
    private static let manifest = """
        version: 1
        workspace: acme
        webhooks:
          w: { name: W, url: https://example.com, events: [POST_PUBLISHED] }
        """

    @Test(arguments: [
        ["keys", "list"], ["webhooks", "list"], ["webhooks", "deliveries", "w"], ["connections", "list"], ["history"], ["providers"],
    ])
    func `a list as JSON is an object with data and nextCursor`(command: [String]) async throws {
        let world = TestWorld()
        #expect(try await world.run("apply", world.write(Self.manifest), "--auto-approve").status == .success)
        let result = try await world.run(command + ["--format", "json"])
        #expect(result.status == .success, "\(result.errors)")
        let json = try JSON(parsing: result.output)
        #expect(json.object?.keys.elementsEqual(["data", "nextCursor"]) == true)
        #expect(json["data"]?.array != nil)
        #expect(json["nextCursor"] == .null)
    }

    @Test func `history goes on behind the cursor`() async throws {
        let world = TestWorld()
        for number in 1...3 {
            let path = try world.write("version: 1\nworkspace: acme\nscopes: { a: Number \(number) }\n")
            #expect(try await world.run("apply", path, "--auto-approve").status == .success)
        }
        let first = try JSON(parsing: try await world.run("history", "--limit", "2", "--format", "json").output)
        #expect(first["data"]?.array?.map { $0["revision"] } == [3, 2])
        #expect(first["nextCursor"] == "2")
        let second = try JSON(parsing: try await world.run("history", "--limit", "2", "--cursor", "2", "--format", "json").output)
        #expect(second["data"]?.array?.map { $0["revision"] } == [1])
        #expect(second["nextCursor"] == .null)
    }

    @Test func `a webhook's misspelt name gets the nearest one`() async throws {
        let world = TestWorld()
        let manifest = Self.manifest.replacing("  w:", with: "  post-published:")
        #expect(try await world.run("apply", world.write(manifest), "--auto-approve").status == .success)
        let result = try await world.run("webhooks", "secret", "post-publishd")
        #expect(result.errors == "error: there is no webhook `post-publishd`: did you mean `post-published`?\n")
    }
}
