namespace KvCompose.Serving;

/// <summary>A request asks for what the engine cannot do. The message names the parameter and its value.</summary>
public sealed class RequestRefusedException : Exception
{
    internal RequestRefusedException(string parameter, string problem, Exception? cause = null)
        : base(problem, cause)
        => Parameter = parameter;

    /// <summary>The parameter, such as <c>Pipeline</c>.</summary>
    public string Parameter { get; }
}
