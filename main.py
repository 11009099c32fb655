"""Start kmeans-gui from a checkout."""

from kmeans_gui.app import main

raise SystemExit(main())
