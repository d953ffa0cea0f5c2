import NIOCore

/// The one deadline of a connection, which moves often and passes seldom.
///
/// A deadline that moves away costs nothing: the task that is planned finds out when it runs, and plans the next.
///
/// Concurrency: lives on the event loop that it is given.
final class DeadlineTimer {
    private var deadline: NIODeadline?
    private var planned: (at: NIODeadline, task: Scheduled<Void>)?

    /// Calls `expire` once this moment has come; nil waits for nothing. What was set before is forgotten.
    func set(_ moment: NIODeadline?, on loop: any EventLoop, _ expire: @escaping () -> Void) {
        deadline = moment
        guard let moment, planned.map({ $0.at > moment }) ?? true else { return }
        planned?.task.cancel()
        let task = loop.assumeIsolated().scheduleTask(deadline: moment) {
            self.planned = nil
            guard let deadline = self.deadline else { return }
            if deadline > loop.now {
                self.set(deadline, on: loop, expire)
            } else {
                self.deadline = nil
                expire()
            }
        }
        planned = (moment, task)
    }

    func cancel() {
        planned?.task.cancel()
        planned = nil
        deadline = nil
    }
}
