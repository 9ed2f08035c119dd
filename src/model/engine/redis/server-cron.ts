/**
 * The server's time event.
 *
 * Models: at hz 10 it asks to be called 100 ms after it ended, and the poll that waits for it rounds up to whole
 * milliseconds, so that it comes late each time: ten periods of a real server take 1007 to 1008 ms.
 * Leaves out: dynamic-hz, and other values of hz; events that come late because the thread is busy.
 * Source: valkey 8.0.1 server.c (serverCron), ae_epoll.c (aeApiPoll); the lateness is measured with redis-server 7.0.15.
 */
import { MICROSECOND, type Nanos } from "../../../base/nanos.ts";

export const SERVER_CRON_PERIOD: Nanos = 100_750 * MICROSECOND;
/** What runs once a second runs in every tenth period. */
export const SECOND_CRON_PERIOD: Nanos = 10 * SERVER_CRON_PERIOD;
