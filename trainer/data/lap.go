package data

import "time"

// By how much, ns, stamps of one topic may fall behind without the clock having been
// set back: several publishers may share a topic. Between episodes a reset is to be
// expected, also after a short one.
const (
	slackWithin  = int64(500 * time.Millisecond)
	slackBetween = int64(20 * time.Millisecond)
)

// late is by how long, ns of the publishers' clock, topics may overtake one another
// on their way to the recorder.
const late = int64(time.Second)

// lapTrack follows the stamps of one topic. A simulation that is reset begins them
// anew, and topics overtake one another: what each of them says around a reset is
// told apart by whether its own stamps have begun anew.
type lapTrack struct {
	seen    bool
	last    int64 // newest stamp of this lap
	before  int64 // newest stamp of the lap before, where laps > 0
	suspect int64 // stamp of an event that was taken for absurd; 0: none
	laps    int   // how often stamps began anew since the last episode started
	behind  bool  // an episode has started with stamps anew, and this topic's have not
}

// see notes an event's stamp. It is false for one that no clock shows: far beyond
// the ones before, with no other near it.
func (l *lapTrack) see(stamp, longest, slack int64) bool {
	switch {
	case !l.seen:
		l.seen, l.last = true, stamp
		return true
	case stamp > l.last+longest:
		near := l.suspect != 0 && stamp >= l.suspect && stamp <= l.suspect+longest
		if l.suspect = stamp; !near {
			return false
		}
		l.last = stamp // time did go on, after a long pause
	case l.laps > 0 && stamp >= l.before && stamp <= l.before+late && stamp > l.last+late:
		l.laps, l.last = l.laps-1, stamp // only one stamp was wrong
	case l.behind && stamp <= l.last:
		l.behind, l.last = false, stamp
	case stamp < l.last-slack:
		l.laps, l.before, l.last = l.laps+1, l.last, stamp
	default:
		l.last = max(l.last, stamp)
	}
	l.suspect = 0
	return true
}

// start notes that an episode starts, with stamps anew or not.
func (l *lapTrack) start(anew bool) {
	l.behind = anew && l.seen && l.laps == 0
	l.laps = 0
}
