using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared;

/// <summary>The way from the namespace down to a type, which emitted code opens again to add members to the type.</summary>
/// <param name="Namespace">The escaped namespace; empty for the global one.</param>
/// <param name="Types">The containing types, outermost first, and the type itself as the last.</param>
internal sealed record HierarchySpec(string Namespace, EquatableArray<TypeDeclarationSpec> Types)
{
    private const int LongestHint = 240;

    private static readonly SymbolDisplayFormat NamespaceFormat = SymbolDisplayFormat.FullyQualifiedFormat
        .WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    public static HierarchySpec From(INamedTypeSymbol type)
    {
        var types = new Stack<TypeDeclarationSpec>();
        for (var current = type; current is not null; current = current.ContainingType)
            types.Push(TypeDeclarationSpec.From(current));
        var container = type.ContainingNamespace;
        return new(container.IsGlobalNamespace ? "" : container.ToDisplayString(NamespaceFormat), types.ToEquatableArray());
    }

    /// <summary>The name of the type, unique in the assembly: <c>A.Outer`1+Pipe</c>.</summary>
    public string FullName
    {
        get
        {
            var type = string.Join("+", Types.Select(static type => type.MetadataName));
            return Namespace.Length == 0 ? type : Namespace.Replace("@", "") + "." + type;
        }
    }

    /// <summary>The file that holds one concern of the type: <c>A.Outer`1+Pipe.Plan.g.cs</c>. The parser refuses types that differ by case alone.</summary>
    /// <remarks>File systems take names of 255 bytes: of a longer one, the end is replaced by a hash of all of it.</remarks>
    public string HintName(string concern)
    {
        string end = "." + concern + ".g.cs";
        if (Encoding.UTF8.GetByteCount(FullName + end) <= LongestHint)
        {
            return FullName + end;
        }

        // FNV-1a: the same on every machine.
        ulong hash = 14695981039346656037;
        foreach (char letter in FullName)
        {
            hash = unchecked((hash ^ letter) * 1099511628211);
        }

        string start = FullName;
        end = "~" + hash.ToString("x16", CultureInfo.InvariantCulture) + end;
        while (Encoding.UTF8.GetByteCount(start + end) > LongestHint)
        {
            start = start.Substring(0, start.Length - (char.IsLowSurrogate(start[start.Length - 1]) ? 2 : 1));
        }

        return start + end;
    }

    /// <summary>Writes what <paramref name="members"/> writes inside of the type.</summary>
    public void Write(SourceWriter writer, Action<SourceWriter> members, string typeSummary = "")
    {
        var open = new Stack<IDisposable>();
        if (Namespace.Length > 0)
            open.Push(writer.WriteBlock("namespace " + Namespace));
        for (var i = 0; i < Types.Count; i++)
        {
            if (i == Types.Count - 1 && typeSummary.Length > 0)
                writer.WriteLine(typeSummary);
            open.Push(writer.WriteBlock("partial " + Types[i].Keyword + " " + Types[i].Name));
        }
        members(writer);
        while (open.Count > 0)
            open.Pop().Dispose();
    }
}
