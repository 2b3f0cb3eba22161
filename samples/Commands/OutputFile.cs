namespace KvCompose.Samples;

/// <summary>Files that a command line names and the program writes.</summary>
internal static class OutputFile
{
    /// <summary>Opens a file that appears when it is complete; a place that cannot be written is known before any work is done.</summary>
    /// <param name="argument">The argument, for messages.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="WrongArgumentException">It cannot be written.</exception>
    public static AtomicFile Create(string argument, string path)
    {
        try
        {
            return AtomicFile.Create(path);
        }
        catch (IOException problem)
        {
            throw new WrongArgumentException($"{argument}: {problem.Message}", problem);
        }
    }
}
