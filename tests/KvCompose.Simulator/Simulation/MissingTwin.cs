namespace KvCompose.Simulation;

/// <summary>What a synchronisation says that was called instead of yielded.</summary>
internal static class MissingTwin
{
    public const string Suffix = "_Simulated";

    public static KernelFaultException For(string member)
        => GroupRun.Current.Fault(
            KernelFault.MissingTwin,
            GroupRun.Current.Launch.IsDirect
                ? $"{member} needs a twin: launch a kernel that has an iterator of the same name with {Suffix} beside it"
                : $"{member} was called inside a twin; yield a {nameof(SimulatedStep)} instead");
}
