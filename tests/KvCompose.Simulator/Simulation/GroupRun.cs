using ILGPU;

namespace KvCompose.Simulation;

/// <summary>
/// Runs the groups of a launch one after another on the calling operating-system thread: every thread of a group goes on, in
/// index order, until it stops at a barrier, at a shuffle or at its end.
/// </summary>
internal sealed class GroupRun
{
    public const int WarpSize = 32;

    [ThreadStatic]
    private static GroupRun? s_current;

    private readonly Launch _launch;
    private readonly IEnumerator<SimulatedStep>?[] _threads;
    private readonly SimulatedStep[] _stops;
    private readonly int[] _sharedRequests;
    private readonly int _warps;

    public GroupRun(Launch launch)
    {
        _launch = launch;
        int threads = launch.GroupDim.Size;
        _threads = new IEnumerator<SimulatedStep>?[threads];
        _stops = new SimulatedStep[threads];
        _sharedRequests = new int[threads];
        _warps = (threads + WarpSize - 1) / WarpSize;
        Shuffles = new ShuffleSlots(threads);
        Shared = new SharedArena(this);
    }

    /// <summary>The run whose kernel code is executing on this operating-system thread.</summary>
    public static GroupRun Current
        => s_current ?? throw new InvalidOperationException("this member of ILGPU exists only inside a running kernel");

    public static GroupRun? CurrentOrNull => s_current;

    public Launch Launch => _launch;

    public Index3D Group { get; private set; }

    /// <summary>Linear index, in its group, of the thread that is running.</summary>
    public int Thread { get; private set; }

    public ShuffleSlots Shuffles { get; }

    public SharedArena Shared { get; }

    /// <summary>Runs one group to its end.</summary>
    public void Run(Index3D group)
    {
        GroupRun? outer = s_current;
        s_current = this;
        Group = group;
        try
        {
            Begin();
            do
            {
                for (int i = 0; i < _warps; i++)
                {
                    AdvanceWarp(InOrder(i, _warps));
                }

                RequireSame(0, _threads.Length, "group");
                Shared.Meet();
            }
            while (_stops[0].Kind != StepKind.Finished);
        }
        finally
        {
            s_current = outer;
        }
    }

    public T TakeFrom<T>(int lane)
        where T : unmanaged
    {
        int source = Thread - (Thread % WarpSize) + lane;
        if ((uint)lane >= WarpSize || source >= _threads.Length)
        {
            throw Fault(KernelFault.BadShuffle, $"thread {Thread} takes from lane {lane}, which does not exist");
        }

        return Shuffles.TryTake(Thread, source, out T value)
            ? value
            : throw Fault(KernelFault.BadShuffle, $"thread {Thread} takes a {typeof(T).Name} that thread {source} has not put");
    }

    public SharedAllocation AllocateShared(Type element, int elementSize, int length)
        => _stops[Thread].Kind != StepKind.Finished
            ? throw Fault(KernelFault.SharedAllocation, "shared memory is allocated above the first barrier or shuffle")
            : Shared.Allocate(_sharedRequests[Thread]++, element, elementSize, length);

    public KernelFaultException Fault(KernelFault fault, string message, Exception? inner = null)
        => new(fault, $"kernel '{_launch.Kernel}', group ({Group.X}, {Group.Y}, {Group.Z}): {message}", inner);

    private void Begin()
    {
        Shared.Begin(_launch.DynamicSharedBytes);
        Shuffles.Clear();
        Array.Clear(_sharedRequests);
        Array.Clear(_stops);
        for (int thread = 0; thread < _threads.Length; thread++)
        {
            _threads[thread] = _launch.Start();
        }
    }

    private int InOrder(int index, int count) => _launch.Order == ThreadOrder.Ascending ? index : count - 1 - index;

    private void AdvanceWarp(int warp)
    {
        int first = warp * WarpSize;
        int lanes = Math.Min(WarpSize, _threads.Length - first);
        do
        {
            for (int i = 0; i < lanes; i++)
            {
                Advance(first + InOrder(i, lanes));
            }

            RequireSame(first, lanes, "warp");
        }
        while (_stops[first].Kind == StepKind.Shuffle);
    }

    private void Advance(int thread)
    {
        Thread = thread;
        try
        {
            IEnumerator<SimulatedStep>? body = _threads[thread];
            if (body is null)
            {
                _launch.RunDirectly();
            }

            _stops[thread] = body is not null && body.MoveNext() ? body.Current : default;
            Shared.Settle();
        }
        catch (Exception exception) when (exception is not KernelFaultException)
        {
            throw Fault(KernelFault.Failed, $"thread {thread}: {exception.Message}", exception);
        }

        if (_stops[thread].Kind == StepKind.Shuffle && !Shuffles.Arrive(thread))
        {
            throw Fault(KernelFault.BadShuffle, $"thread {thread} is at {_stops[thread]} without having put one value");
        }
    }

    private void RequireSame(int first, int count, string scope)
    {
        for (int i = 1; i < count; i++)
        {
            if (!_stops[first + i].Equals(_stops[first]))
            {
                throw Fault(
                    KernelFault.Divergence,
                    $"in one {scope}, thread {first} is at {_stops[first]} and thread {first + i} at {_stops[first + i]}");
            }
        }
    }
}
