package msgs_test

import (
	"strings"
	"testing"

	"hyt/msgs"
	"hyt/msgs/types"
)

// Hashes as real ROS 2 systems (Jazzy) publish them.
func TestTypeHashesAreThoseOfROS2(t *testing.T) {
	for name, want := range map[string]string{
		"std_msgs/msg/String":                        "df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18",
		"std_msgs/msg/Header":                        "f49fb3ae2cf070f793645ff749683ac6b06203e41c891e17701b1cb597ce6a01",
		"std_msgs/msg/Empty":                         "20b625256f32d5dbc0d04fee44f43c41e51c70d3502f84b4a08e7a9c26a96312",
		"rmw_dds_common/msg/ParticipantEntitiesInfo": "91a0593bacdcc50ea9bdcf849a938b128412cc1ea821245c663bcd26f83c295e",
		"std_msgs/msg/Float32":                       "7170d3d8f841f7be3172ce5f4f59f3a4d7f63b0447e8b33327601ad64d83d6e2",
		"geometry_msgs/msg/TwistStamped":             "5f0fcd4f81d5d06ad9b4c4c63e3ea51b82d6ae4d0558f1d475229b1121db6f64",
		"geometry_msgs/msg/PoseStamped":              "10f3786d7d40fd2b54367835614bff85d4ad3b5dab62bf8bca0cc232d73b4cd8",
		"geometry_msgs/msg/Quaternion":               "8a765f66778c8ff7c8ab94afcc590a2ed5325a1d9a076ffff38fbce36f458684",
		"geometry_msgs/msg/PoseWithCovariance":       "9a7c0fd234b7f45c6098745ecccd773ca1085670e64107135397aee31c02e1bb",
		"sensor_msgs/msg/Image":                      "d31d41a9a4c4bc8eae9be757b0beed306564f7526c88ea6a4588fb9582527d47",
		"sensor_msgs/msg/CameraInfo":                 "b3dfd68ff46c9d56c80fd3bd4ed22c7a4ddce8c8348f2f59c299e73118e7e275",
		"sensor_msgs/msg/RegionOfInterest":           "ad16bcba5f9131dcdba6fbded19f726f5440e3c513b4fb586dd3027eeed8abb1",
		"tf2_msgs/msg/TFMessage":                     "e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087",
		"rosgraph_msgs/msg/Clock":                    "692f7a66e93a3c83e71765d033b60349ba68023a8c689a79e48078bcb5c58564",
		"rcl_interfaces/srv/DescribeParameters":      "845b484d71eb0673dae682f2e3ba3c4851a65a3dcfb97bddd82c5b57e91e4cff",
		"rcl_interfaces/srv/GetParameters":           "bf9803d5c74cf989a5de3e0c2e99444599a627c7ff75f97b8c05b01003675cbc",
		"rcl_interfaces/srv/GetParameterTypes":       "da199c878688b3e530bdfe3ca8f74cb9fa0c303101e980a9e8f260e25e1c80ca",
		"rcl_interfaces/srv/ListParameters":          "3e6062bfbb27bfb8730d4cef2558221f51a11646d78e7bb30a1e83afac3aad9d",
		"rcl_interfaces/srv/SetParameters":           "56eed9a67e169f9cb6c1f987bc88f868c14a8fc9f743a263bc734c154015d7e0",
		"rcl_interfaces/srv/SetParametersAtomically": "0e192ef259c07fc3c07a13191d27002222e65e00ccec653ca05e856f79285fcd",
	} {
		if got, err := msgs.TypeHash(name); err != nil || got != "RIHS01_"+want {
			t.Errorf("%s: %s, %v, want RIHS01_%s", name, got, err, want)
		}
	}
}

func TestEveryTypeHasAHash(t *testing.T) {
	seen := map[string]string{}
	for _, name := range types.Names() {
		hash, err := msgs.TypeHash(name)
		if err != nil || len(hash) != len("RIHS01_")+64 {
			t.Errorf("%s: %q, %v", name, hash, err)
		}
		if other := seen[hash]; other != "" {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[hash] = name
	}
}

func TestTypeHashOfUnknownTypesIsAnError(t *testing.T) {
	for _, name := range []string{"nav_msgs/msg/Path", "Image", "std_srvs/srv/Nothing", "std_srvs/srv/SetBool_Goal"} {
		if hash, err := msgs.TypeHash(name); err == nil || !strings.Contains(err.Error(), "no ") {
			t.Errorf("%s: %q, %v", name, hash, err)
		}
	}
}
