output "table_name" {
  description = "NEXT_CACHE_DYNAMODB_TABLE of the application"
  value       = aws_dynamodb_table.cache.name
}

output "policy_arn" {
  description = "The policy to attach to the application's role"
  value       = aws_iam_policy.cache.arn
}
