package builtin_interfaces

import "time"

// FromTime converts t. The zero time.Time becomes the zero Time, which ROS takes
// for "no time". Seconds wrap outside the years 1901 to 2038, which is all that
// ROS can say.
func FromTime(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{Sec: int32(t.Unix()), Nanosec: uint32(t.Nanosecond())}
}

// AsTime converts m. The zero Time is time.Unix(0, 0), an instant like any other:
// a simulation starts there.
func (m Time) AsTime() time.Time { return time.Unix(int64(m.Sec), int64(m.Nanosec)) }

// FromDuration converts d. Seconds wrap beyond 68 years.
func FromDuration(d time.Duration) Duration {
	sec, nanosec := d/time.Second, d%time.Second
	if nanosec < 0 { // nanosec counts forward from sec
		sec, nanosec = sec-1, nanosec+time.Second
	}
	return Duration{Sec: int32(sec), Nanosec: uint32(nanosec)}
}

// AsDuration converts m.
func (m Duration) AsDuration() time.Duration {
	return time.Duration(m.Sec)*time.Second + time.Duration(m.Nanosec)
}
