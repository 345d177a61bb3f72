"""Many jobs at once: service_load_test.py BINARY [TEST...]. TACIT_SOAK=1: 100 jobs of 10 customers."""
import threading
import time
import unittest
from datetime import datetime

from service_case import stopped, wait_until
from service_harness import LARGER, HarnessCase, full, report


class Load(HarnessCase):
    """More work than one machine does at once."""

    def prepare(self, name, jobs):
        """The folders of so many jobs of a new customer."""
        self.add_customer(name)
        first = self.job(f"{name}-keys", train=True)
        return [first] + [self.fresh_inputs(first, f"{name}-{number}") for number in range(1, jobs)]

    def submit_all(self, name, folders, jobs):
        for folder in folders:
            jobs.append((name, folder, self.submit(folder, name)))

    def test_jobs_of_many_customers_at_once_give_what_train_gives(self):
        customers, each = full((3, 2), (10, 10))
        names = [f"customer{number}" for number in range(customers)]
        folders = {name: self.prepare(name, each) for name in names}
        blocker = self.submit(self.job("blocker", *LARGER))
        worker = wait_until(self.server.workers, "the job that the others queue behind").pop()
        before = self.peak_bytes()
        jobs, begin = [], time.monotonic()
        threads = [threading.Thread(target=self.submit_all, args=(name, folders[name], jobs)) for name in names]
        with stopped(worker):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds_to_submit = time.monotonic() - begin
            self.assertEqual(len(jobs), customers * each)
            wait_until(lambda: self.server.metric('tacit_jobs{state="queued"}') == len(jobs), "all jobs in the queue")
        self.assertIn("cancelled", self.on_job("cancel", blocker).stdout)
        for name, folder, job in jobs:
            self.assert_result(folder, job, name)
        ends = [datetime.fromisoformat(e["time"]) for e in self.server.events("job_ended") if e["outcome"] == "done"
                and e["kind"] == "training"]
        self.assertEqual(len(ends), len(jobs))
        seconds_to_train = (ends[-1] - ends[0]).total_seconds()
        grown = self.peak_bytes() - before
        self.assertLess(grown, 64 << 20)
        self.assert_alive()
        report("load", customers=customers, jobs=len(jobs), identical_results=len(jobs),
               seconds_to_submit=round(seconds_to_submit, 2), jobs_per_second=round((len(jobs) - 1) / seconds_to_train, 2),
               server_peak_bytes=self.peak_bytes(), server_grown_bytes=grown)


if __name__ == "__main__":
    unittest.main()
