import Curl
import TestSupport
import Testing
import Values

struct HTTPClientTests {
    private static let loopback = AddressPolicy(allowed: ["127.0.0.0/8", "::1/128"].compactMap { CIDR($0) })

    private func kind(
        of request: OutgoingRequest, policy: AddressPolicy = loopback, connectTimeout: Duration = .seconds(5)
    ) async -> TransferError.Kind? {
        let client = HTTPClient(policy: policy, connectTimeout: connectTimeout)
        defer { client.shutdown() }
        do throws(TransferError) {
            _ = try await client.send(request)
            return nil
        } catch { return error.kind }
    }

    @Test func `method, headers and body arrive as given, and the answer comes back whole`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in
            .respond(201, headers: [("X-A", "1"), ("x-b", "")], body: Array("hello".utf8))
        }
        let client = HTTPClient(policy: Self.loopback)
        let response = try await client.send(
            OutgoingRequest(
                method: "PUT", url: receiver.url + "/p?q=1", headers: [("X-One", "1"), ("X-Empty", ""), ("X-One", "2")],
                body: Array("body".utf8)))
        #expect(response.status == 201)
        #expect(response.header("x-a") == "1")
        #expect(response.header("X-B") == "")
        #expect(String(decoding: response.body, as: UTF8.self) == "hello")
        let request = try #require(receiver.requests.first)
        #expect(request.method == "PUT")
        #expect(request.path == "/p?q=1")
        #expect(request.text == "body")
        #expect(request.headers.filter { $0.name == "X-One" }.map(\.value) == ["1", "2"])
        #expect(request.header("X-Empty") == "")
        #expect(request.header("Expect") == nil)
        #expect(request.header("Content-Type") == nil)
        await receiver.stop()
    }

    @Test(arguments: [("127.0.0.1,169.254.169.254", true), ("169.254.169.254,127.0.0.1", true), ("169.254.169.254", false)])
    func `of several answers of a name the metadata address is never tried`(addresses: String, arrives: Bool) async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        let port = try #require(receiver.url.split(separator: ":").last)
        let everything = AddressPolicy(allowed: ["0.0.0.0/0", "::/0"].compactMap { CIDR($0) }, allowsPlainHTTP: true)
        let client = HTTPClient(policy: everything, resolutions: ["hooks.example:\(port):\(addresses)"])
        let outcome: Result<Int, TransferError>
        do { outcome = .success(try await client.send(OutgoingRequest(url: "http://hooks.example:\(port)/")).status) } catch {
            outcome = .failure(error)
        }
        #expect((try? outcome.get()) == (arrives ? 200 : nil))
        if !arrives, case .failure(let error) = outcome {
            #expect(error.kind == .refusedByGuard)
            #expect(error.message.contains("169.254.169.254"))
        }
        client.shutdown()
        await receiver.stop()
    }

    @Test(arguments: [
        "http://metadata.google.internal/", "https://x@metadata.goog:443/a@b", "http://METADATA:80?x", "http://instance-data/",
    ])
    func `a metadata service is refused by its name`(url: String) async {
        let everything = AddressPolicy(allowed: ["0.0.0.0/0", "::/0"].compactMap { CIDR($0) }, allowsPlainHTTP: true)
        #expect(await kind(of: OutgoingRequest(url: url), policy: everything) == .refusedByGuard)
    }

    @Test func `a request does not print what it carries`() {
        let request = OutgoingRequest(
            url: "https://hooks.example/canary-1", headers: [("Authorization", "canary-2")], body: Array("canary-3".utf8))
        var dumped = ""
        dump(request, to: &dumped)
        #expect(!"\(request) \(String(reflecting: request)) \(dumped)".contains("canary"))
    }

    @Test func `a form is encoded and posted`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        let client = HTTPClient(policy: Self.loopback)
        _ = try await client.send(.form([("grant_type", "a b"), ("c", "ü&=/~")], to: receiver.url))
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST")
        #expect(request.text == "grant_type=a+b&c=%C3%BC%26%3D%2F~")
        #expect(request.header("content-type") == "application/x-www-form-urlencoded")
        await receiver.stop()
    }

    @Test func `methods without and with an empty body`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(204) }
        let client = HTTPClient(policy: Self.loopback)
        for method in ["GET", "HEAD", "DELETE"] {
            _ = try await client.send(OutgoingRequest(method: method, url: receiver.url))
        }
        _ = try await client.send(OutgoingRequest(method: "POST", url: receiver.url, body: []))
        #expect(receiver.requests.map(\.method) == ["GET", "HEAD", "DELETE", "POST"])
        #expect(receiver.requests.last?.header("content-length") == "0")
        #expect(receiver.connections == 1)
        await receiver.stop()
    }

    @Test func `redirects are answers`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(302, headers: [("Location", "/elsewhere")]) }
        let client = HTTPClient(policy: Self.loopback)
        let response = try await client.send(OutgoingRequest(url: receiver.url))
        #expect(response.status == 302)
        #expect(response.header("location") == "/elsewhere")
        #expect(receiver.requests.count == 1)
        await receiver.stop()
    }

    @Test func `a body above the cap fails or is cut`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200, body: Array(repeating: 65, count: 5 << 20)) }
        #expect(await kind(of: OutgoingRequest(url: receiver.url, maximumBodyBytes: 1000)) == .bodyTooLarge)
        let client = HTTPClient(policy: Self.loopback)
        let response = try await client.send(OutgoingRequest(url: receiver.url, maximumBodyBytes: 1000, overflow: .truncates))
        #expect(response.status == 200)
        #expect(response.isTruncated)
        #expect(response.body.count == 1000)
        await receiver.stop()
    }

    @Test func `endless headers are refused`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in
            .respond(200, headers: (0..<100).map { ("x-\($0)", String(repeating: "v", count: 1000)) })
        }
        #expect(await kind(of: OutgoingRequest(url: receiver.url)) == .headersTooLarge)
        await receiver.stop()
    }

    @Test(arguments: [ScriptedReceiver.Reply.hang, .drip(every: .milliseconds(20))])
    func `the total time bounds a silent and a dripping peer`(reply: ScriptedReceiver.Reply) async throws {
        let receiver = try await ScriptedReceiver.start { _ in reply }
        let start = ContinuousClock.now
        #expect(await kind(of: OutgoingRequest(url: receiver.url, timeout: .milliseconds(300))) == .timeout)
        #expect(ContinuousClock.now - start < .seconds(5))
        await receiver.stop()
    }

    @Test func `each way to fail has its kind`() async throws {
        let receiver = try await ScriptedReceiver.start { request in request.path == "/reset" ? .reset : .garbage }
        #expect(await kind(of: OutgoingRequest(url: receiver.url + "/reset")) == .connectionReset)
        #expect(await kind(of: OutgoingRequest(url: receiver.url + "/garbage")) == .protocolViolation)
        #expect(await kind(of: OutgoingRequest(url: "https://127.0.0.1:\(receiver.port)")) == .tls)
        await receiver.stop()
        #expect(await kind(of: OutgoingRequest(url: "http://127.0.0.1:1")) == .connectionRefused)
        #expect(await kind(of: OutgoingRequest(url: "https://nobody.invalid")) == .dns)
        #expect(await kind(of: OutgoingRequest(url: "ftp://127.0.0.1")) == .invalidRequest)
        #expect(await kind(of: OutgoingRequest(url: receiver.url, headers: [("X", "a\r\nY: b")])) == .invalidRequest)
        #expect(await kind(of: OutgoingRequest(url: receiver.url + "/a b")) == .invalidRequest)
        // What one reader takes for another host than the other does is not sent at all.
        for url in ["http://instance-data./", "http:///metadata/", "http://a%2eb/", "http://x\\@127.0.0.1/", "http://[::1%25lo]/"] {
            #expect(await kind(of: OutgoingRequest(url: url)) == .invalidRequest, "\(url)")
        }
    }

    @Test(arguments: [
        "http://127.0.0.1", "http://localhost", "http://[::1]", "http://2130706433", "http://0x7f.1", "http://[::ffff:127.0.0.1]",
    ])
    func `the guard refuses loopback however it is spelt`(url: String) async throws {
        let receiver = try await ScriptedReceiver.start { _ in .respond(200) }
        #expect(await kind(of: OutgoingRequest(url: "\(url):\(receiver.port)"), policy: AddressPolicy()) == .refusedByGuard)
        #expect(receiver.connections == 0)
        await receiver.stop()
    }

    @Test func `plain http reaches loopback alone`() async throws {
        let policy = AddressPolicy(allowed: ["0.0.0.0/0"].compactMap { CIDR($0) })
        #expect(await kind(of: OutgoingRequest(url: "http://192.0.2.1"), policy: policy) == .refusedByGuard)
    }

    @Test func `a cancelled task ends its transfer, before and during it`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .hang }
        let client = HTTPClient(policy: Self.loopback)
        let url = receiver.url
        let during = Task { await Self.failure(client, OutgoingRequest(url: url)) }
        await receiver.waitForRequests(1)
        during.cancel()
        #expect(await during.value == .cancelled)
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let before = Task {
            for await _ in gate {}
            return await Self.failure(client, OutgoingRequest(url: url))
        }
        before.cancel()
        opener.finish()
        #expect(await before.value == .cancelled)
        await receiver.stop()
    }

    @Test func `shutdown ends what is under way and refuses what comes later`() async throws {
        let receiver = try await ScriptedReceiver.start { _ in .hang }
        let client = HTTPClient(policy: Self.loopback)
        let url = receiver.url
        async let underWay = Self.failure(client, OutgoingRequest(url: url))
        await receiver.waitForRequests(1)
        client.shutdown()
        #expect(await underWay == .closed)
        #expect(await Self.failure(client, OutgoingRequest(url: url)) == .closed)
        await receiver.stop()
    }

    @Test func `many requests at once all come back`() async throws {
        let receiver = try await ScriptedReceiver.start { .respond(200, body: $0.body) }
        let client = HTTPClient(policy: Self.loopback)
        let url = receiver.url
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let body = Array("n\(number)".utf8)
                    return try await client.send(OutgoingRequest(method: "POST", url: url, body: body)).body == body
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 200)
        await receiver.stop()
    }

    private static func failure(_ client: HTTPClient, _ request: OutgoingRequest) async -> TransferError.Kind? {
        do throws(TransferError) {
            _ = try await client.send(request)
            return nil
        } catch { return error.kind }
    }
}
