#!/bin/busybox sh
# First program of the guest: lays a writable root over the host's files and goes there.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module"; done
nine="trans=virtio,version=9p2000.L,msize=1048576"
mount -t 9p -o $nine,ro,cache=loose host /host
mount -t tmpfs -o size=60% tmpfs /layer
mkdir -p /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root
mkdir -p /root/out /root/lib/modules
mount -t 9p -o $nine,rw out /root/out
mount -t 9p -o $nine,ro,cache=loose modules /root/lib/modules
for folder in proc sys dev; do
    mkdir -p /root/$folder
    mount --move /$folder /root/$folder
done
mount -t tmpfs tmpfs /root/run
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /root/dev/pts
mount -t tmpfs shm /root/dev/shm
exec switch_root /root /bin/bash /out/stage2.sh
