// SPDX-License-Identifier: MIT
// Judges: the forms that Docker, Podman, containerd and CRI-O give a container's control group and mounts, as captured in
// the tests of OpenTelemetry's Java and Go detectors and on machines; ids are made up.

#include <sonde/resource/container.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace sonde::resource;

constexpr std::string_view id = "1d40f7b1c1ea0d2f9ec0a7d1b2c3e4f5061728394a5b6c7d8e9f00112233abcd";
constexpr std::string_view sandbox = "0000aaaa1111bbbb2222cccc3333dddd4444eeee5555ffff6666000077771111";

std::string with_id(std::string_view form) {
  std::string made;
  for (const char c : form) made += c == '#' ? std::string{id} : c == '!' ? std::string{sandbox} : std::string{c};
  return made;
}

TEST(container_id, is_found_in_the_control_groups_of_each_runtime) {
  for (const std::string_view form : {
           "13:name=systemd:/podruntime/docker/kubepods/#\n12:pids:/podruntime/docker/kubepods/#\n",  // Docker in Docker
           "12:memory:/docker/#\n",
           "9:perf_event:/#\n",
           "10:devices:/system.slice/docker-#.scope\n",
           "11:cpu,cpuacct:/kubepods/burstable/pod1d40f7b1-c1ea-0d2f-9ec0-a7d1b2c3e4f5/#\n",
           "1:name=systemd:/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1d40f7b1_c1ea.slice/cri-containerd-#.scope\n",
           "6:freezer:/kubepods-burstable-pod1d40f7b1_c1ea_0d2f_9ec0_a7d1b2c3e4f5.slice:cri-containerd:#\n",
           "5:devices:/kubepods.slice/kubepods-pod1d40f7b1.slice/crio-#.scope\n",
           "1:name=systemd:/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-#.scope/container\n",
           "0::/machine.slice/libpod-#.scope",
           "4:cpu:/ecs/55091c13-b8cf-4801-b527-f4601742204d/#\n",
           "0::/\n3:cpuset:/docker/#\n",
           "0::/system.slice/docker-!.scope/docker/#\n",  // nested: the inner one
       })
    EXPECT_EQ(container_id_in_cgroup(with_id(form)), id) << form;
}

TEST(container_id, is_not_made_of_something_else) {
  for (const std::string_view form : {
           "",
           "\n\n",
           "0::/\n",
           "4:memory:/user.slice/user-1000.slice/session-3.scope\n",
           "4:memory:/process_api/17b9fdd133c18605e4a0bb8255e2e166\n",
           "0::/machine.slice/libpod-conmon-#.scope\n",
           "1:cpu:/docker/z#\n",
           "1:cpu:/docker/#0\n",
           "1:cpu:/docker/1D40F7B1C1EA0D2F9EC0A7D1B2C3E4F5061728394A5B6C7D8E9F00112233ABCD\n",
           "1:cpu:#\n",
           "no colons at all",
       })
    EXPECT_EQ(container_id_in_cgroup(with_id(form)), "") << form;
}

TEST(container_id, is_found_among_the_mounts_where_the_control_groups_are_silent) {
  for (const std::string_view form : {
           // Docker, version 2 of control groups
           "1239 872 0:60 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/!/diff\n"
           "1507 1320 0:66 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
           "1522 1239 253:1 /var/lib/docker/containers/#/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda1 rw\n"
           "1523 1239 253:1 /var/lib/docker/containers/#/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n",
           // the same, with /var/lib/docker on a file system of its own
           "1523 1239 253:1 /containers/#/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n",
           // Podman, as root and not
           "707 699 0:24 /containers/storage/overlay-containers/#/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw\n",
           "495 499 0:54 /user/1000/containers/overlay-containers/#/userdata/.containerenv /run/.containerenv rw - tmpfs t rw",
           // containerd under Kubernetes, version 1
           "2011 2008 0:36 /kubepods-burstable-pod1.slice:cri-containerd:# /sys/fs/cgroup/freezer ro master:16 - cgroup cgroup rw\n"
           "2021 2002 253:1 /var/lib/kubelet/pods/321c09bf/etc-hosts /etc/hosts rw - xfs /dev/vda rw\n"
           "2023 2002 253:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/!/hostname /etc/hostname rw - xfs v rw\n",
           // CRI-O: what is the sandbox's, and what is the container's own
           "7304 7276 0:25 /containers/storage/overlay-containers/!/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw\n"
           "7307 7276 252:4 /ostree/deploy/rhcos/var/lib/kubelet/pods/8f215fa2/etc-hosts /etc/hosts rw - xfs /dev/vda4 rw\n"
           "7310 7276 0:25 /containers/storage/overlay-containers/#/userdata/run/secrets /run/secrets rw - tmpfs tmpfs rw\n",
       })
    EXPECT_EQ(container_id_in_mounts(with_id(form)), id) << form;
}

TEST(container_id, is_not_that_of_a_pods_sandbox_nor_of_a_layer) {
  for (const std::string_view form : {
           "",
           "1 2 3\n",
           "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n",
           "1239 872 0:60 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/#/diff\n",
           "1 1 1:1 /home/containers/#/data /data rw - ext4 /dev/vda rw\n",
           // containerd under Kubernetes, version 2: only the sandbox has a name
           "2023 2002 253:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/#/hostname /etc/hostname rw - xfs v rw\n",
           // Docker under Kubernetes, version 2
           "1 1 253:1 /var/lib/kubelet/pods/321c09bf/etc-hosts /etc/hosts rw - xfs /dev/vda rw\n"
           "1 1 253:1 /var/lib/docker/containers/#/hostname /etc/hostname rw - xfs /dev/vda rw\n",
       })
    EXPECT_EQ(container_id_in_mounts(with_id(form)), "") << form;
}

}  // namespace
