import Foundation
import TestSupport
import Values

/// One run of a script: a state, a runtime, a peer, and what was said, blotted.
final class ScriptRun {
    private let bench: Workbench
    private let peer: ScriptedPeer
    private var blotter = Blotter()
    private var variables: [String: String]
    private var blocks: [String] = []
    private var runtime: (serving: ServingRuntime, arguments: [String])?
    private var background: (process: RunningProcess, line: String)?
    private var lastAnswer: Answer?
    private var lastOutput = ""
    private var shownRequests = 0

    init() async throws {
        bench = try Workbench([
            "USER": "ann", "HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE=", "CLIENT_SECRET": "the client's secret",
            "ENCRYPTION_KEY": "transcripts are sealed under this sentence",
            "RECONCILE_JWT_SECRET": "tokens of transcripts are signed with this sentence",
        ])
        peer = try await ScriptedPeer.start()
        let port = try await freePort()
        variables = [
            "peer": "http://127.0.0.1:\(peer.port)", "server": "http://127.0.0.1:\(port)", "address": "127.0.0.1:\(port)",
            "port": "\(try await freePort())", "folder": bench.folder.path, "admin": try bench.token(),
            "member": try bench.token(role: "member"), "stranger": try bench.token(role: "member", workspace: "elsewhere"),
            "operator": try bench.token(workspace: "*"), "expired": try bench.token(lifetime: -60),
        ]
        if !TestState.isFile {
            // The transcripts are of files; a database is named in other words at two places.
            blotter.name("there is no state in \(bench.state)", "there is no state at state.sqlite")
            blotter.name("or name another database with --state", "or name another file with --state")
            blotter.name(bench.state, "state.sqlite")
        }
        blotter.name(bench.folder.path + "/", "")
        blotter.name(bench.folder.path, "<folder>")
        blotter.name("127.0.0.1:\(peer.port)", "<peer>")
        blotter.name("127.0.0.1%3A\(peer.port)", "<peer>")
        blotter.name("127.0.0.1:\(port)", "<server>")
        blotter.name("127.0.0.1%3A\(port)", "<server>")
        blotter.name("127.0.0.1:\(variables["port"] ?? "")", "<listener>")
        // The kernel's name and the resolver's may differ, and one may begin the other.
        let kernelName = (try? String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)) ?? ""
        let hosts = [ProcessInfo.processInfo.hostName, kernelName.trimmingCharacters(in: .whitespacesAndNewlines)]
        for host in hosts.sorted(by: { $0.count > $1.count }) where !host.isEmpty { blotter.name("@\(host)", "@<host>") }
    }

    /// Does all steps; the transcript is complete whatever the answers were.
    func transcript(of script: Script) async throws -> String {
        do {
            for step in script.steps { try await perform(step) }
            if background != nil { try await end() }
            if runtime != nil { try await stop() }
        } catch {
            throw EndToEndError("\(error)\n--- so far\n\(blocks.joined(separator: "\n\n").suffix(4_000))")
        }
        await peer.stop()
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private func perform(_ step: Script.Step) async throws {
        switch step {
        case .file(let name, let content): try bench.folder.write(expand(content), to: name)
        case .serve(let arguments): try await serve(arguments)
        case .stop: try await stop()
        case .answer(let path, let status, let body): peer.answer(path, status, body)
        case .received(let count): try await received(count)
        case .command(let command): try await run(command)
        case .end: try await end()
        case .request(let request): show(request, try await send(request))
        case .capture(let name, let source): variables[name] = try capture(source)
        case .until(let request, let text):
            _ = try await eventually("`\(text)` at \(request.path)", within: .seconds(15)) {
                try await self.send(request).text.contains(self.expand(text)) ? true : nil
            }
        }
    }

    private func serve(_ arguments: [String]) async throws {
        let address = variables["address"] ?? ""
        let given = try arguments.map(expand)
        let process = try bench.start(["serve", "--listen", address, "--allow-network", "127.0.0.0/8"] + given)
        let port = Int(address.drop { $0 != ":" }.dropFirst()) ?? 0
        let serving = ServingRuntime(process: process, port: port, token: variables["admin"] ?? "")
        try await serving.isReady(within: .seconds(20))
        runtime = (serving, arguments)
    }

    private func stop() async throws {
        guard let (serving, arguments) = runtime else { throw EndToEndError("nothing serves") }
        runtime = nil
        let exit = try await serving.stop()
        let words = ["$ reconcile serve --listen ${address} --allow-network 127.0.0.0/8"] + arguments
        show(words.joined(separator: " "), exit, serving.process)
    }

    private func run(_ command: Script.Command) async throws {
        let process = try bench.start(
            try command.arguments.map(expand), environment: try command.environment.mapValues(expand), input: try command.input.map(expand))
        if let text = command.readyText {
            try await process.line(containing: try expand(text))
            background = (process, command.line)
            return
        }
        let exit = try await process.ended()
        lastOutput = process.output
        show(command.line, exit, process)
    }

    private func end() async throws {
        guard let (process, line) = background else { throw EndToEndError("nothing runs in the background") }
        background = nil
        process.signal(SIGINT)
        show(line, try await process.ended(), process)
    }

    private func send(_ request: Script.Request) async throws -> Answer {
        guard let server = variables["server"] else { throw EndToEndError("nothing serves") }
        var headers = try request.headers.map { (name: $0.name, value: try expand($0.value)) }
        if let caller = request.caller {
            guard let token = variables[caller] else { throw EndToEndError("nobody is called \(caller)") }
            headers.append(("Authorization", "Bearer \(token)"))
        }
        let body = try request.body.map(expand)
        if body != nil, !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            headers.append(("Content-Type", "application/json"))
        }
        // Two ids of one millisecond are in no order, and lists are in the order of ids.
        try await Task.sleep(for: .milliseconds(2))
        return try await API(url: server).call(
            request.method, try expand(request.path), headers: headers, body: body.map { Array($0.utf8) })
    }

    private func received(_ count: Int) async throws {
        _ = try await eventually("\(count) requests at the peer", within: .seconds(45)) { self.peer.requests.count >= count ? true : nil }
        // What was sent at once arrives in any order.
        let fresh = peer.requests.dropFirst(shownRequests).sorted { ($0.path, $0.text) < ($1.path, $1.text) }
        shownRequests += fresh.count
        for request in fresh {
            let hidden = ["host", "content-length", "accept", "user-agent"]
            let headers = request.headers.filter { !hidden.contains($0.name.lowercased()) }
            add("< \(request.method) \(request.path)\n\(Self.lines(headers))\n\(request.text)")
        }
    }

    private func show(_ request: Script.Request, _ answer: Answer) {
        lastAnswer = answer
        let hidden = ["date", "content-length", "x-request-id", "connection", "server"]
        let headers = answer.headers.filter { !hidden.contains($0.name.lowercased()) }
        var block = request.lines.joined(separator: "\n") + "\nHTTP \(answer.status)\n\(Self.lines(headers))"
        if !answer.body.isEmpty { block += "\n" + Self.cut((try? JSON(parsing: answer.text).prettyText) ?? answer.text) }
        add(block)
    }

    private func show(_ line: String, _ exit: RunningProcess.Exit, _ process: RunningProcess) {
        var block = "\(line)\nexit \(exit.code)\n"
        // The columns of a table are as wide as times and ids happen to be.
        let table = process.output.replacing(/([^ \n]) {2,}/) { "\($0.output.1)  " }
        let output = (try? JSON(parsing: process.output).prettyText) ?? table
        if !output.isEmpty { block += "--- output\n\(Self.cut(output))" }
        // The lines of a log say what went on inside, in an order of their own.
        let errors = process.errors.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("{\"time\":") }
        let text = errors.joined(separator: "\n")
        if !text.isEmpty { block += "--- errors\n\(text)" }
        add(block)
    }

    private func add(_ block: String) {
        blocks.append(blotter.blot(block).trimmingCharacters(in: .newlines))
    }

    private func capture(_ source: String) throws -> String {
        if source == "output" { return lastOutput.trimmingCharacters(in: .whitespacesAndNewlines) }
        guard let answer = lastAnswer else { throw EndToEndError("there is no answer to read \(source) from") }
        if source.hasPrefix("header ") {
            guard let value = answer.header(String(source.dropFirst("header ".count))) else { throw EndToEndError("no \(source)") }
            return value
        }
        var value: JSON? = answer.json
        for step in source.dropFirst("$.".count).split(separator: ".") {
            if let index = Int(step), let array = value?.array {
                value = array.indices.contains(index) ? array[index] : nil
            } else {
                value = value?[String(step)]
            }
        }
        guard let text = value?.string ?? value?.integer.map(String.init) else {
            throw EndToEndError("there is no \(source) in \(answer.status) \(answer.text)")
        }
        return text
    }

    /// With `${NAME}` replaced.
    private func expand(_ text: String) throws -> String {
        var missing: String?
        let expanded = text.replacing(/\$\{([a-z]+)\}/) { match in
            guard let value = variables[String(match.output.1)] else {
                missing = String(match.output.0)
                return String(match.output.0)
            }
            return value
        }
        if let missing { throw EndToEndError("nothing is called \(missing)") }
        return expanded
    }

    private static func lines(_ headers: [(name: String, value: String)]) -> String {
        headers.map { "\($0.name.lowercased()): \($0.value)\n" }.sorted().joined()
    }

    /// Without the middle of what has a golden file of its own, such as the schema of manifests.
    private static func cut(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 250 else { return text.hasSuffix("\n") ? text : text + "\n" }
        return lines.prefix(12).joined(separator: "\n") + "\n… (cut)\n"
    }
}
