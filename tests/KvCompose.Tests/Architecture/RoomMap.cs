using System.Text.RegularExpressions;

namespace KvCompose.Tests.Architecture;

/// <summary>
/// The room of every type of a library: the first folder below the project that declares it. Types that users write share one namespace, so the
/// source files say where each type is.
/// </summary>
internal sealed partial class RoomMap
{
    private readonly Dictionary<string, string> _rooms = new(StringComparer.Ordinal);

    /// <summary>Reads the declarations of a project.</summary>
    /// <param name="project">The project's folder, from the root of the repository.</param>
    public RoomMap(string project)
    {
        string folder = Path.Combine(Repository.Root, project);
        foreach (string file in Repository.Files(project, "*.cs"))
        {
            string[] parts = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar);
            string text = File.ReadAllText(file);
            string space = Namespace().Match(text).Groups[1].Value;
            foreach (Match type in Declaration().Matches(text))
            {
                _rooms[$"{space}.{type.Groups[1].Value}"] = parts.Length > 1 ? parts[0] : "";
            }
        }
    }

    /// <summary>All rooms that declare a type.</summary>
    public IEnumerable<string> Rooms => _rooms.Values.Distinct();

    /// <summary>The room of a type, also of a nested or a generic one; null for a type of another library.</summary>
    /// <param name="fullName">The name as metadata has it: <c>Space.Outer`1+Inner</c>.</param>
    public string? Of(string fullName)
    {
        string outer = fullName.Split('+', '/', '<')[0];
        int arity = outer.IndexOf('`', StringComparison.Ordinal);
        return _rooms.GetValueOrDefault(arity < 0 ? outer : outer[..arity]);
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?:(?:public|internal|sealed|static|abstract|unsafe|readonly|ref|partial|file)\s+)*(?:class|struct|interface|enum|record(?:\s+struct|\s+class)?|delegate\s+[\w<>\[\]]+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
