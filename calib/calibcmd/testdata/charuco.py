# usage: charuco.py OURS.png THEIRS.png ROWS COLS: draws OpenCV's board to THEIRS, and
# prints the corners that it finds in each of the two, by id.
import json
import sys

import cv2

ours, theirs, rows, cols = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
aruco = cv2.aruco
dictionary = aruco.Dictionary_get(aruco.DICT_APRILTAG_36h11)
board = aruco.CharucoBoard_create(cols, rows, 0.04, 0.03, dictionary)
cv2.imwrite(theirs, board.draw((cols * 64 + 64, rows * 64 + 64), marginSize=32, borderBits=1))


def find(name):
    image = cv2.imread(name, cv2.IMREAD_GRAYSCALE)
    corners, ids, _ = aruco.detectMarkers(image, dictionary)
    n, points, which = aruco.interpolateCornersCharuco(corners, ids, image, board)
    return {int(i[0]): [float(v) for v in p[0]] for i, p in zip(which, points)}


print(json.dumps({"ours": find(ours), "theirs": find(theirs)}))
