import { onTestFinished } from "vitest";
import type { Subject, SubjectOptions } from "../../src/subject/subject.js";
import { startSubject } from "../../src/subject/subject.js";

/** A server process that is gone when the test is over. */
export async function startSubjectForTest(options: SubjectOptions = {}): Promise<Subject> {
  const subject = await startSubject(options);
  onTestFinished(() => subject.kill());
  return subject;
}
