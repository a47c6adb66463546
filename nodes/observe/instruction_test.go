package observe

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hyt/msgs/bus"
	"hyt/msgs/std_msgs"
)

func TestSamplesThatComeTwiceAreTakenOnce(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	at := func(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
	type said struct {
		text   string
		writer [16]byte
		when   time.Time
	}
	tests := []struct {
		name    string
		samples []said
		want    []string
	}{
		{"twice the same sample", []said{{"x", a, at(1)}, {"x", a, at(1)}}, []string{"x"}},
		{"said again later", []said{{"x", a, at(1)}, {"x", a, at(2)}}, []string{"x", "x"}},
		{"the second subscription lags", []said{{"x", a, at(1)}, {"y", a, at(2)}, {"x", a, at(1)}, {"y", a, at(2)}}, []string{"x", "y"}},
		{"two writers", []said{{"x", a, at(5)}, {"y", b, at(1)}, {"y", b, at(1)}}, []string{"x", "y"}},
		{"two samples at one instant", []said{{"x", a, at(1)}, {"y", a, at(1)}}, []string{"x", "y"}},
		{"a driver without times", []said{{"x", a, time.Time{}}, {"x", a, time.Time{}}, {"y", a, time.Time{}}}, []string{"x", "y"}},
		{"an empty first one without times", []said{{"", a, time.Time{}}}, []string{""}},
		{"white space", []said{{" stop\n", a, at(1)}}, []string{"stop"}},
	}
	for _, tt := range tests {
		var got []string
		h := &hearing{heard: func(text string) { got = append(got, text) }, latest: map[[16]byte]time.Time{}}
		for _, s := range tt.samples {
			h.sample(&std_msgs.String{Data: s.text}, bus.Sample{Writer: s.writer, Published: s.when})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
