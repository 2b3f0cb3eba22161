using KvCompose.Shared;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace KvCompose.CodeFixes.Editing;

/// <summary>Names of the library, right wherever they are put and as short as the usings there allow.</summary>
internal static class Names
{
    public static NameSyntax OfLibrary(string name)
        => SyntaxFactory.ParseName("global::" + WellKnownNames.Namespace + "." + name).WithAdditionalAnnotations(Simplifier.Annotation);
}
