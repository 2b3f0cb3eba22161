using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace KvCompose.Roslyn.Testing;

/// <summary>
/// Walks everything reachable from the values that a generator's named steps pass on, and proves that no compiler object
/// is among them: such an object keeps a whole compilation alive and makes the step run on every keystroke.
/// </summary>
public static class ModelGraph
{
    private const BindingFlags DeclaredFields
        = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Walks the outputs of the named steps.</summary>
    /// <exception cref="RoslynAssertException">Something forbidden is reachable; the message gives the path to it.</exception>
    public static void AssertHoldsNoCompilerObjects(GeneratorRunResult result, IEnumerable<string> stepNames)
    {
        foreach (var name in stepNames)
            if (result.TrackedSteps.TryGetValue(name, out var steps))
                foreach (var (value, _) in steps.SelectMany(step => step.Outputs))
                    AssertHoldsNoCompilerObjects(value, name);
    }

    /// <summary>Walks one value.</summary>
    /// <exception cref="RoslynAssertException">Something forbidden is reachable; the message gives the path to it.</exception>
    public static void AssertHoldsNoCompilerObjects(object? root, string name)
        => Visit(root, name, new HashSet<object>(ReferenceEqualityComparer.Instance));

    private static void Visit(object? value, string path, HashSet<object> seen)
    {
        if (value is null or string || value.GetType() is { IsPrimitive: true } or { IsEnum: true })
            return;
        if (WhyForbidden(value) is { } reason)
            throw new RoslynAssertException($"{path} is {value.GetType().FullName}: {reason}.");
        if (!value.GetType().IsValueType && !seen.Add(value))
            return;
        if (value is Array array)
        {
            VisitElements(array, path, seen);
            return;
        }
        for (var type = value.GetType(); type is not null; type = type.BaseType)
            foreach (var field in type.GetFields(DeclaredFields))
                Visit(field.GetValue(value), $"{path}.{Readable(field.Name)}", seen);
    }

    private static void VisitElements(Array array, string path, HashSet<object> seen)
    {
        var i = 0;
        foreach (var item in (IEnumerable)array)
            Visit(item, $"{path}[{i++}]", seen);
    }

    private static string? WhyForbidden(object value) => value switch
    {
        ISymbol or Compilation or SemanticModel or IOperation or AttributeData or TypedConstant
            => "symbols and compilations must not outlive the parser",
        SyntaxNode or SyntaxTree or SyntaxToken or SyntaxReference or SourceText or Location or Diagnostic
            => "syntax and locations must not outlive the parser",
        Delegate => "delegates are never equal by value",
        _ when value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            => "immutable arrays are equal by reference only",
        _ => null,
    };

    private static string Readable(string field)
        => field.StartsWith('<') && field.IndexOf('>') is > 1 and var end ? field[1..end] : field;
}
