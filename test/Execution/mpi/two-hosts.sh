#!/bin/sh
# two-hosts.sh COMMAND...: runs a command on two hosts that are network namespaces of this machine, joined by a cable. In the command,
# {launcher} stands for Open MPI's mpirun with two slots on each host, told to reach the hosts, and each other's ranks, by that cable
# alone. Needs root. Exit code 77, with the reason, where this machine does not allow namespaces.
set -u

id=shardc$$
first=$id-a
second=$id-b
work=$(mktemp -d)

clean() {
  ip netns del "$first" 2>/dev/null
  ip netns del "$second" 2>/dev/null
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

refuse() {
  echo "two-hosts: $1" >&2
  exit 77
}

[ "$(id -u)" -eq 0 ] || refuse "needs root to make network namespaces"
command -v ip >/dev/null || refuse "needs ip, of the package iproute2"
ip netns add "$first" 2>"$work/why" && ip netns add "$second" 2>"$work/why" || refuse "no network namespaces: $(cat "$work/why")"
ip -n "$first" link add cable type veth peer name cable netns "$second" 2>"$work/why" || refuse "no cable: $(cat "$work/why")"
ip -n "$first" addr add 10.213.7.1/24 dev cable
ip -n "$second" addr add 10.213.7.2/24 dev cable
for host in "$first" "$second"; do
  ip -n "$host" link set lo up
  ip -n "$host" link set cable up
done

# What mpirun calls in place of ssh: HOST COMMAND...
cat >"$work/agent" <<AGENT
#!/bin/sh
host=\$1
shift
case \$host in
  10.213.7.1) exec ip netns exec $first sh -c "\$*" ;;
  10.213.7.2) exec ip netns exec $second sh -c "\$*" ;;
  *) echo "two-hosts: no host \$host" >&2; exit 1 ;;
esac
AGENT
chmod +x "$work/agent"
printf '10.213.7.1 slots=2\n10.213.7.2 slots=2\n' >"$work/hosts"

launcher="ip netns exec $first mpirun.openmpi --allow-run-as-root --oversubscribe --hostfile $work/hosts \
--mca plm_rsh_agent $work/agent --mca btl tcp,self --mca btl_tcp_if_include cable --mca oob_tcp_if_include cable \
-x PATH --map-by slot"
for word in "$@"; do
  shift
  if [ "$word" = "{launcher}" ]; then
    # shellcheck disable=SC2086 # its words are arguments
    set -- "$@" $launcher
  else
    set -- "$@" "$word"
  fi
done
"$@"
