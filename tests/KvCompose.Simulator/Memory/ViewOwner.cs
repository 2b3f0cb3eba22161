namespace KvCompose.Simulation;

/// <summary>The memory after a view: a buffer, a shared or a local allocation.</summary>
internal abstract class ViewOwner
{
    /// <summary>Whether every access has to be shown to <see cref="Touch"/>.</summary>
    public bool Watched { get; protected set; }

    /// <summary>Called before an access to <paramref name="size"/> bytes at <paramref name="address"/>, if watched.</summary>
    public virtual void Touch(nint address, int size)
    {
    }
}
