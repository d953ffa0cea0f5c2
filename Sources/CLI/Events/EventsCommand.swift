package import ArgumentParser

/// `reconcile events`
package struct EventsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Send events, and receive deliveries while developing.",
        subcommands: [EventsSend.self, EventsListen.self])

    package init() {}
}
