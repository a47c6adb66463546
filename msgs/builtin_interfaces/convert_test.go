package builtin_interfaces

import (
	"testing"
	"time"
)

func TestTimesSurviveTheRoundTrip(t *testing.T) {
	for _, want := range []time.Time{
		time.Unix(0, 0), time.Unix(1, 5), time.Unix(1_700_000_000, 999_999_999), time.Unix(-2, 300_000_000),
	} {
		if got := FromTime(want).AsTime(); !got.Equal(want) {
			t.Errorf("%v became %v", want, got)
		}
	}
	if got := FromTime(time.Time{}); got != (Time{}) {
		t.Errorf("the zero time became %+v, want the zero Time", got)
	}
}

func TestNanosecondsCountForward(t *testing.T) {
	for _, c := range []struct {
		in   time.Duration
		want Duration
	}{
		{0, Duration{}},
		{1500 * time.Millisecond, Duration{Sec: 1, Nanosec: 500_000_000}},
		{-1700 * time.Millisecond, Duration{Sec: -2, Nanosec: 300_000_000}},
		{-2 * time.Second, Duration{Sec: -2}},
	} {
		if got := FromDuration(c.in); got != c.want {
			t.Errorf("%v became %+v, want %+v", c.in, got, c.want)
		}
		if got := c.want.AsDuration(); got != c.in {
			t.Errorf("%+v became %v, want %v", c.want, got, c.in)
		}
	}
}
